package dev.caravanserai.exec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.caravanserai.session.ExecSpec;
import dev.caravanserai.session.InvalidRequestException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.NotEmpty;

class SuperviseInputTest {
  @Property
  void every_value_is_one_single_quoted_word(@ForAll @NotEmpty List<String> words) {
    // Given
    List<String> command =
        words.stream().map(word -> word.replaceAll("[\0\ud800-\udfff]", "") + "\n'$`").toList();

    // When
    String request = text(ExecSpec.command(command.toArray(String[]::new)));

    // Then
    String program = between(request, "__cs_prog=", "\nexport");
    String arguments = between(request, "__cs_args() { \"$@\" \"$__cs_prog\"", "; }\n");
    List<String> read = new ArrayList<>(unquoted(program));
    read.addAll(unquoted(arguments));
    assertThat(read).isEqualTo(command);
  }

  @Example
  void invalid_names_and_values_are_rejected() {
    for (String name : List.of("", "1A", "A B", "A=B", "__cs_mark", "CARAVANSERAI_EXEC_ID", "Ä")) {
      assertRefused(env(name, "x"), name);
    }
    assertRefused(env("A", "a\0b"), "/env/A");
    assertRefused(env("A", "x".repeat(131_070)), "argument list too long");
    SuperviseInput.check(env("my.var", ""));
    SuperviseInput.check(env("a-b", ""));
    SuperviseInput.check(env("SHELLOPTS", "xtrace"));
  }

  private static void assertRefused(ExecSpec spec, String words) {
    assertThatThrownBy(() -> SuperviseInput.check(spec))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining(words);
  }

  private static ExecSpec env(String name, String value) {
    return ExecSpec.command("true").with(to -> to.env(Map.of(name, value)));
  }

  /** Words of a shell that hold nothing but single quotes and {@code \\'}. */
  private static List<String> unquoted(String text) {
    List<String> words = new ArrayList<>();
    StringBuilder word = new StringBuilder();
    boolean quoted = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\'') {
        quoted = !quoted;
      } else if (quoted) {
        word.append(c);
      } else if (c == '\\') {
        word.append(text.charAt(++i));
      } else {
        assertThat(c).isEqualTo(' ');
        words.add(word.toString());
        word.setLength(0);
      }
    }
    words.add(word.toString());
    return text.isEmpty() || text.startsWith(" ") ? words.subList(1, words.size()) : words;
  }

  private static String text(ExecSpec spec) {
    return new String(SuperviseInput.encode("mark", "id", spec, true), StandardCharsets.ISO_8859_1)
        .transform(
            latin ->
                new String(latin.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8));
  }

  private static String between(String text, String from, String to) {
    int begin = text.indexOf(from) + from.length();
    return text.substring(begin, text.lastIndexOf(to));
  }
}
