package dev.caravanserai.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrashTest {
  @TempDir Path home;

  @Test
  void folders_too_deep_for_a_path_are_removed() throws Exception {
    // Given
    Path top = Files.createDirectory(home.resolve("inner"));
    for (int depth = 0; depth < 3000; depth++) {
      Path outer = Files.createDirectory(home.resolve("outer"));
      Files.move(top, outer.resolve("d"));
      top = Files.move(outer, home.resolve("inner"));
    }
    top = Files.move(top, home.resolve("top"));

    // When
    removed(top);

    // Then
    assertThat(home.resolve("trash")).isEmptyDirectory();
  }

  @Test
  void folder_is_moved_away_at_once() throws Exception {
    // Given
    Path top = Files.createDirectories(home.resolve("top/some/folder"));
    try (Trash trash = new Trash(home.resolve("trash"))) {

      // When
      trash.add(home.resolve("top"));

      // Then
      assertThat(top).doesNotExist();
    }
  }

  @Test
  void links_are_not_followed_and_permissions_do_not_matter() throws Exception {
    // Given
    Path kept = Files.createFile(Files.createDirectory(home.resolve("other")).resolve("kept"));
    Path top = Files.createDirectories(home.resolve("top/a/b")).getParent().getParent();
    Files.createSymbolicLink(top.resolve("link"), kept.getParent());
    Files.createSymbolicLink(top.resolve("a/b/link"), kept.getParent());
    shell(top, "chmod 0 a/b; chmod 555 a; chmod 0 .");

    // When
    removed(top);

    // Then
    assertThat(kept).exists();
    assertThat(home.resolve("trash")).isEmptyDirectory();
  }

  @Test
  void next_start_removes_the_rest() throws Exception {
    // Given
    Files.createDirectories(home.resolve("trash/left/over"));

    // When
    new Trash(home.resolve("trash")).close();

    // Then
    assertThat(home.resolve("trash")).isEmptyDirectory();
  }

  private void removed(Path top) throws IOException {
    try (Trash trash = new Trash(home.resolve("trash"))) {
      trash.add(top);
    }
    try (Stream<Path> left = Files.list(home)) {
      assertThat(left.map(Path::getFileName).map(Path::toString)).doesNotContain("top");
    }
  }

  private static void shell(Path dir, String script) throws Exception {
    Process done =
        new ProcessBuilder("sh", "-c", script).directory(dir.toFile()).inheritIO().start();
    assertThat(done.waitFor()).isZero();
  }
}
