package dev.caravanserai;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The command line. */
class MainTest {

  @ParameterizedTest
  @ValueSource(strings = {"--help", "-h"})
  void help_prints_the_usage_and_succeeds(String option) throws Exception {
    assertThat(outputOf(List.of(option, "mine.camel.yaml")))
        .startsWith("0 Usage: caravanserai")
        .contains("demo", "*.camel.yaml or *.java");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--hlp", "missing.camel.yaml", "README.md"})
  void wrong_argument_is_refused_before_anything_is_started(String argument, @TempDir Path home)
      throws Exception {
    // Given
    System.setProperty("caravanserai.home", home.toString());

    // When
    int code = Main.run(List.of(argument));
    System.clearProperty("caravanserai.home");

    // Then
    assertThat(code).isEqualTo(2);
    assertThat(home).isEmptyDirectory();
  }

  private static String outputOf(List<String> arguments) throws Exception {
    PrintStream before = System.out;
    var bytes = new ByteArrayOutputStream();
    System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    try {
      int code = Main.run(arguments);
      return code + " " + bytes.toString(StandardCharsets.UTF_8);
    } finally {
      System.setOut(before);
    }
  }
}
