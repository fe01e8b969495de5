package dev.caravanserai;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** No test class replaces a class of the server with the same name. */
class TestNamesTest {
  @Test
  void no_test_class_replaces_a_shipped_class() throws IOException {
    assertThat(sources("src/test/java")).doesNotContainAnyElementsOf(sources("src/main/java"));
  }

  private static Set<Path> sources(String folder) throws IOException {
    Path root = Path.of(folder);
    try (Stream<Path> files = Files.walk(root)) {
      return files
          .filter(file -> file.toString().endsWith(".java"))
          .map(root::relativize)
          .collect(Collectors.toSet());
    }
  }
}
