package dev.caravanserai;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
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
