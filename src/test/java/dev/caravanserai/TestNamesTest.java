package dev.caravanserai;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Names of test classes and methods. */
class TestNamesTest {
  @Test
  void no_test_class_replaces_a_shipped_class() throws IOException {
    assertThat(sources("src/test/java")).doesNotContainAnyElementsOf(sources("src/main/java"));
  }

  @Test
  void test_methods_are_snake_case_sentences() throws IOException {
    Pattern camelCase = Pattern.compile("@(?:Test|Property)[^;{}]*void ([a-z0-9]+[A-Z]\\w*)\\(");
    for (Path source : sources("src/test/java")) {
      String text = Files.readString(Path.of("src/test/java").resolve(source));
      assertThat(camelCase.matcher(text).results().map(found -> found.group(1)))
          .as(source.toString())
          .isEmpty();
    }
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
