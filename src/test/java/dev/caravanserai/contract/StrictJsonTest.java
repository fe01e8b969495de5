package dev.caravanserai.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravanserai.session.InvalidRequestException;
import dev.caravanserai.session.InvalidRequestException.Violation;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StrictJsonTest {
  @Test
  void valid_json_is_read() {
    assertThat(read("{\"a\": [1, \"ä\", null]}").at("/a/1").textValue()).isEqualTo("ä");
    assertThat(read("null").isNull()).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"a\":1,\"a\":2} | it has the name 'a' twice in one object at line 1, column 11",
        "{} {} | something follows after its end at line 1, column 4",
        "{\"a\": | it ends too early at line 1, column 6",
        "{a} | unexpected 'a' at line 1, column 2",
        "{\"a\": s3cret} | unexpected text at line 1, column 14",
        "'' | the body is empty, but it must be JSON"
      })
  void invalid_json_is_rejected_with_its_place(String text, String message) {
    assertThatThrownBy(() -> read(text))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining(message)
        .message()
        .doesNotContain("`", "token", "JsonParser", "s3cret", "Source", "code ");
  }

  @Test
  void json_beyond_the_limits_of_the_parser_is_rejected() {
    assertThatThrownBy(() -> read("[".repeat(5000) + "]".repeat(5000)))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("nested more than 1000 levels deep")
        .message()
        .doesNotContain("StreamRead");
    assertThatThrownBy(() -> read("9".repeat(2000)))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("a number of more than 1000 characters")
        .message()
        .doesNotContain("StreamRead");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "1e9999999999 | ''",
        "1.5e-2147483647 | ''",
        "0.5e-2147483648 | ''",
        "{\"a/b\": {\"c\": [1, -2.5E-9999999999, 3]}, \"d\": 1} | /a~1b/c/1",
        "{\"a\": [[1e99999999999999999999]]} | /a/0/0"
      })
  void number_whose_exponent_is_beyond_an_int_is_rejected_with_its_pointer(
      String text, String pointer) {
    assertThat(catchThrowableOfType(InvalidRequestException.class, () -> read(text)).violations())
        .containsExactly(new Violation(pointer, "must be a number in the range of a double"));
  }

  @Test
  void text_that_is_not_unicode_is_rejected() {
    byte[] broken = {0, 0, 0, '"', 0x7f, 0, 0, 0, 0, 0, 0, '"'};
    assertThatThrownBy(() -> StrictJson.read(broken))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("it is not Unicode text");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"1.50", "100.0", "0.1", "1E+2", "12345678901234567890.123456789", "1E-300"})
  void numbers_keep_every_digit(String number) {
    assertThat(StrictJson.tree(StrictJson.plain(read(number)))).hasToString(number);
  }

  @Test
  void text_may_be_as_long_as_the_body() {
    String text = "x".repeat(28 << 20);
    assertThat(read("{\"stdin\": \"" + text + "\"}").path("stdin").textValue()).isEqualTo(text);
  }

  private static JsonNode read(String text) {
    return StrictJson.read(text.getBytes(StandardCharsets.UTF_8));
  }
}
