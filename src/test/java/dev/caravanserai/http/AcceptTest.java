package dev.caravanserai.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AcceptTest {
  private static final List<String> OFFERED = List.of("application/json", "text/plain");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''|application/json",
        "' '|application/json",
        "*/*|application/json",
        "text/plain|text/plain",
        "text/*;q=0.5, application/json;q=0.4|text/plain",
        "TEXT/PLAIN ; q=1|text/plain",
        ",,text/plain,|text/plain",
        "';;;, text/plain'|text/plain",
      })
  void the_media_type_that_the_caller_prefers_is_chosen(String accept, String best) {
    assertThat(Accept.best(Optional.of(accept), OFFERED)).isEqualTo(best);
  }

  @ParameterizedTest
  @ValueSource(strings = {";;;", ";", ",", "image/png", "text/plain;q=0", "text/plain;q=x"})
  void a_header_that_accepts_nothing_that_is_offered_is_406(String accept) {
    assertThatThrownBy(() -> Accept.best(Optional.of(accept), OFFERED))
        .isInstanceOf(StatusException.class)
        .hasMessageContaining("Available: application/json, text/plain");
  }
}
