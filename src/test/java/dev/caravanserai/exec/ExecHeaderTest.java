package dev.caravanserai.exec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.caravanserai.session.ExecSpec;
import dev.caravanserai.session.InvalidRequestException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.NotEmpty;

class ExecHeaderTest {
  @Property
  void whateverIsAskedForCanBeReadBack(@ForAll @NotEmpty List<String> words) {
    // Given
    List<String> command =
        words.stream().map(word -> word.replaceAll("[\0\ud800-\udfff]", "") + "\n\r\n+=:").toList();

    // When
    byte[] header = encode(ExecSpec.command(command.toArray(String[]::new)));

    // Then
    List<String> values = values(header);
    List<String> expected = new ArrayList<>(List.of("mark", "e", "CARAVANSERAI_EXEC_ID", "id"));
    command.forEach(word -> expected.addAll(List.of("a", word)));
    expected.add("r");
    assertThat(values).isEqualTo(expected);
  }

  @Example
  void namesThatAShellCouldNotKeepAreRefused() {
    for (String name : List.of("", "1A", "A-B", "A B", "A=B", "UID", "__cs_mark", "Ä")) {
      assertThatThrownBy(() -> ExecHeader.check(withEnv(name, "x")))
          .as(name)
          .isInstanceOf(InvalidRequestException.class);
    }
    ExecHeader.check(withEnv("A_1", ""));
  }

  /** What supervise.sh does, in Java. */
  private static List<String> values(byte[] header) {
    List<String> values = new ArrayList<>();
    StringBuilder value = new StringBuilder();
    for (String line : new String(header, StandardCharsets.UTF_8).split("\n")) {
      value.append(line.substring(1));
      if (line.charAt(0) == '=') {
        values.add(value.toString());
        value.setLength(0);
      } else {
        value.append('\n');
      }
    }
    return values;
  }

  private static byte[] encode(ExecSpec spec) {
    return ExecHeader.encode("mark", "id", spec, true);
  }

  private static ExecSpec withEnv(String name, String value) {
    return new ExecSpec(
        List.of("true"),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Map.of(name, value),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        ExecSpec.Encoding.UTF8);
  }
}
