package dev.caravanserai;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** A folder that containers of the local cluster see, unlike those in /tmp and /home. */
public record VisibleFolder(Path path) implements AutoCloseable {
  private static final List<String> REPLACED =
      List.of("/tmp", "/var/tmp", "/run", "/home", "/root", "/dev");

  /** A new folder; skips the test if this user can create none. */
  public static VisibleFolder create() throws IOException {
    Optional<Path> parent =
        Stream.of("target", "/opt", "/srv", "/mnt", "/var/lib")
            .map(path -> Path.of(path).toAbsolutePath())
            .filter(path -> REPLACED.stream().noneMatch(path::startsWith))
            .filter(Files::isWritable)
            .findFirst();
    Assumptions.assumeTrue(parent.isPresent(), "no folder that containers see is writable");
    return new VisibleFolder(
        Files.createTempDirectory(parent.orElseThrow(), "caravanserai-test").toRealPath());
  }

  @Override
  public void close() throws IOException {
    try (Stream<Path> all = Files.walk(path)) {
      for (Path one : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(one);
      }
    }
  }
}
