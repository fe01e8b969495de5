package dev.caravanserai.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravanserai.session.InvalidRequestException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StrictJsonTest {
  @Test
  void whatIsJsonIsRead() {
    assertThat(read("{\"a\": [1, \"ä\", null]}").at("/a/1").textValue()).isEqualTo("ä");
    assertThat(read("null").isNull()).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"a\":1,\"a\":2} | Duplicate field 'a' at line 1, column 11",
        "{} {} | at line 1, column 4",
        "{\"a\": | at line 1, column 6",
        "'' | a JSON object is needed, at least {}"
      })
  void whatIsNotIsRefusedWithItsPlace(String text, String message) {
    assertThatThrownBy(() -> read(text))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining(message)
        .message()
        .doesNotContain("`");
  }

  @Test
  void whatIsBeyondTheParsersLimitsIsRefused() {
    assertThatThrownBy(() -> read("[".repeat(5000) + "]".repeat(5000)))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("nesting depth")
        .message()
        .doesNotContain("StreamRead");
    assertThatThrownBy(() -> read("9".repeat(2000)))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("exceeds the maximum")
        .message()
        .doesNotContain("StreamRead");
  }

  @Test
  void a_text_may_be_as_long_as_the_body() {
    String text = "x".repeat(28 << 20);
    assertThat(read("{\"stdin\": \"" + text + "\"}").path("stdin").textValue()).isEqualTo(text);
  }

  private static JsonNode read(String text) {
    return StrictJson.read(text.getBytes(StandardCharsets.UTF_8));
  }
}
