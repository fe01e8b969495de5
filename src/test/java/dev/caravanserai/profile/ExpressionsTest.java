package dev.caravanserai.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.caravanserai.session.FailureException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExpressionsTest {
  private final Expressions expressions =
      new Expressions(
          "p",
          Map.of("id", "a", "n", 3, "list", List.of("x"), "m", Map.of("k", "${id}"), "yes", true));

  @Test
  void expression_that_is_a_whole_value_keeps_its_type() {
    assertThat(expressions.evaluate("${n}", "/x")).isEqualTo(3);
    assertThat(expressions.evaluate("${list}", "/x")).isEqualTo(List.of("x"));
    assertThat(expressions.evaluate("n=${n}-${id}", "/x")).isEqualTo("n=3-a");
  }

  @Test
  void results_of_expressions_and_keys_are_not_evaluated() {
    assertThat(expressions.evaluate(Map.of("${id}", "${m.k}"), ""))
        .isEqualTo(Map.of("${id}", "${id}"));
    assertThat(expressions.evaluate("$${id} ${m.k}", "/x")).isEqualTo("${id} ${id}");
  }

  @Test
  void when_leaves_an_item_out_and_null_a_key() {
    List<Object> items =
        List.of(Map.of("when", "!yes", "a", 1), Map.of("when", "${yes}", "b", "${m.none ?? null}"));
    assertThat(expressions.evaluate(items, "")).isEqualTo(List.of(Map.of()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "${unknown}",
        "${m.typo}",
        "${id",
        "${id +}",
        "text ${list}",
        "${''.class}",
        "${id.class.name}",
        "${new('java.io.File', '/')}",
        "${id.length()}",
        "${n = 4}",
        "${m.k = 4}",
        "${while(true){}}",
        "${() -> 1}",
        "${''.getClass().forName('java.lang.Runtime')}",
        "${list.class}",
        "${label}",
        "${id;n}"
      })
  void unknown_names_and_access_beyond_the_variables_are_rejected_with_their_place(String text) {
    assertThatThrownBy(() -> expressions.evaluate(Map.of("a", List.of(text)), "/objects"))
        .isInstanceOf(FailureException.class)
        .hasMessageContaining("CONFIG_ERROR")
        .hasMessageContaining("Profile p")
        .hasMessageContaining("/objects/a/0");
  }
}
