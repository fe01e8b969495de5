package dev.caravanserai.component;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The labels by which sessions are listed. */
class ListLabelsTest {
  @ParameterizedTest
  @ValueSource(strings = {"a", "a=", "a=b", "a=b,c", "a=,b", "x.io/a=b,c=d", "ä=ö"})
  void labels_are_keys_with_or_without_a_value(String labels) {
    assertThat(labels).matches(ListOperation.LABELS);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", ",", "=", "a,", ",a", "a,,b", "=b", "a,=b", "a=b=c", "a==", "a b", "a\n", "!a"
      })
  void empty_key_or_another_selector_of_kubernetes_is_refused(String labels) {
    assertThat(labels).doesNotMatch(ListOperation.LABELS);
  }

  @Test
  void any_number_of_labels_can_be_read() {
    assertThat("a=b" + ",a=b".repeat(1_000_000)).matches(ListOperation.LABELS);
  }

  @Test
  void contract_has_the_same_pattern() throws Exception {
    assertThat(Files.readString(Path.of("config/openapi/caravanserai.yaml")))
        .contains("pattern: ^" + ListOperation.LABELS + "$\n");
  }
}
