package dev.caravanserai.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravanserai.session.InvalidRequestException.Violation;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProcessInputTest {
  private static final String LONGEST = "x".repeat(ProcessInput.MAX_STRING);

  @Test
  void longest_string_that_linux_takes_is_accepted() {
    // When
    List<Violation> violations =
        ProcessInput.violations(
            List.of(LONGEST), List.of(LONGEST), Map.of("A", LONGEST.substring(2)));

    // Then
    assertThat(violations).isEmpty();
  }

  @Test
  void longer_string_is_rejected_with_its_place_and_the_limit_in_bytes() {
    // When
    List<Violation> violations =
        ProcessInput.violations(
            List.of("sh", "é".repeat(65_536)), List.of(LONGEST + "x"), Map.of("A", LONGEST));

    // Then
    assertThat(violations)
        .extracting(Violation::pointer)
        .containsExactly("/command/1", "/args/0", "/env/A");
    assertThat(violations)
        .allSatisfy(v -> assertThat(v.message()).contains("131071").hasSizeLessThan(200));
  }

  @Test
  void arguments_above_the_total_limit_are_rejected_with_the_largest_field() {
    // When
    List<Violation> violations =
        ProcessInput.violations(
            List.of("sh"), Collections.nCopies(20, "x".repeat(100_000)), Map.of("A", "b"));

    // Then
    assertThat(violations)
        .singleElement()
        .satisfies(
            v -> {
              assertThat(v.pointer()).isEqualTo("/args");
              assertThat(v.message()).contains("2000").contains("args");
            });
  }

  @Test
  void environment_that_no_secret_can_hold_is_rejected() {
    // Given
    Map<String, String> env = new HashMap<>();
    for (int i = 0; i < 8; i++) {
      env.put("V" + i, "x".repeat(131_000));
    }
    env.put("LAST", "x".repeat(576));
    assertThat(ProcessInput.violations(List.of(), List.of(), env)).isEmpty();

    // When
    env.put("LAST", "x".repeat(577));
    List<Violation> violations = ProcessInput.violations(List.of(), List.of(), env);

    // Then
    assertThat(violations)
        .containsExactly(
            new Violation(
                "/env", "has 1048577 bytes in all values; Kubernetes keeps at most 1048576"));
  }

  @Test
  void variable_with_which_some_shells_do_not_start_is_refused_for_a_session() {
    assertThat(ProcessInput.violations(List.of(), List.of(), Map.of("OPTIND", "abc")))
        .extracting(Violation::pointer)
        .containsExactly("/env/OPTIND");
    assertThat(ProcessInput.violations(List.of(), List.of(), Map.of("OPTIND", "3"))).isEmpty();
    assertThat(ProcessInput.ofExec(List.of("true"), Map.of("OPTIND", "abc"))).isEmpty();
  }

  @Test
  void names_that_the_product_reserves_are_refused() {
    // When
    List<Violation> violations =
        ProcessInput.violations(
            List.of(),
            List.of(),
            Map.of("CARAVANSERAI_EXEC_ID", "a", "__cs_mark", "b", "MY_CARAVANSERAI_X", "c"));

    // Then
    assertThat(violations)
        .extracting(Violation::pointer)
        .containsExactlyInAnyOrder("/env/CARAVANSERAI_EXEC_ID", "/env/__cs_mark");
  }
}
