package dev.caravanserai.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SelectorsTest {
  private static ObjectNode labelled() {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.withObject("/metadata/labels").put("a", "1").put("empty", "").put("x/y", "z");
    return node;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "a=1|true", "a==1,x/y=z|true", "a!=1|false", "b!=1|true", "a in (1, 2)|true",
        "a notin (1,2)|false", "b notin (1)|true", "a|true", "!a|false", "!b,a in (1)|true",
        "empty=|true", "a=|false"
      })
  void label_selectors_match_as_in_kubernetes(String selector, boolean expected) {
    // When, Then
    assertThat(Selectors.labels(selector).test(labelled())).isEqualTo(expected);
  }

  @Test
  void selector_of_any_length_is_answered() {
    // When, Then
    assertThat(Selectors.labels("a=1,".repeat(200_000)).test(labelled())).isTrue();
    assertThat(Selectors.labels(",".repeat(1_000_000) + "a in (2,3)").test(labelled())).isFalse();
  }

  @Test
  void malformed_and_unsupported_selectors_are_rejected() {
    // When, Then
    assertThatThrownBy(() -> Selectors.labels("a in 1")).isInstanceOf(ApiError.class);
    assertThatThrownBy(() -> Selectors.fields(Kind.SECRET, "data.k=v"))
        .isInstanceOf(ApiError.class)
        .hasMessageContaining("data.k=v");
  }
}
