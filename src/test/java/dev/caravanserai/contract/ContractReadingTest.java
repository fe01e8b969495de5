package dev.caravanserai.contract;

import static dev.caravanserai.contract.ContractRequests.json;
import static dev.caravanserai.contract.ContractRequests.refusedStart;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravanserai.session.ExecSpec;
import dev.caravanserai.session.InvalidRequestException.Violation;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Valid requests are read unchanged. */
class ContractReadingTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private final Contract contract = Contract.load();

  @Test
  void long_text_is_read_or_rejected() {
    // Given
    String eightMebibytes = "x".repeat(8 << 20);
    JsonNode right = JSON.createObjectNode().put("script", eightMebibytes);
    ObjectNode wrong = JSON.createObjectNode().put("image", eightMebibytes);
    wrong.put("id", eightMebibytes).put(eightMebibytes, "x");
    wrong.putObject("resources").putObject("limits").put("cpu", "1".repeat(8 << 20));
    wrong.putObject("labels").put("a".repeat(8 << 20), "a".repeat(8 << 20));
    wrong.putObject("env").put("A".repeat(8 << 20), "x");

    // When
    ExecSpec read = contract.readExec(right);
    List<Violation> violations = refusedStart(contract, wrong);

    // Then
    assertThat(read.script()).hasValue(eightMebibytes);
    assertThat(violations).hasSizeGreaterThanOrEqualTo(6);
    assertThat(violations.toString()).hasSizeLessThan(8000);
  }

  @Test
  void exec_keeps_what_it_was_given() {
    // Given
    JsonNode request =
        json(
            "{\"command\":[\"cat\",\"a b\"],\"stdin\":\"/wB4\",\"env\":{\"B\":\"2\",\"A\":\"1\"},"
                + "\"workingDir\":\"/tmp\",\"container\":\"main\",\"timeoutSeconds\":0.0001,"
                + "\"encoding\":\"base64\"}");

    // When
    ExecSpec spec = contract.readExec(request);

    // Then
    assertThat(spec.command()).containsExactly("cat", "a b");
    assertThat(spec.stdin()).hasValue(new byte[] {(byte) 0xff, 0, 'x'});
    assertThat(spec.env()).containsExactly(Map.entry("B", "2"), Map.entry("A", "1"));
    assertThat(spec.workingDir()).hasValue("/tmp");
    assertThat(spec.container()).hasValue("main");
    assertThat(spec.timeout()).hasValue(Duration.ofMillis(1));
    assertThat(spec.encoding()).isEqualTo(ExecSpec.Encoding.BASE64);
  }

  @Test
  void script_and_its_input_arrive_unchanged() {
    // Given
    String text = "cat <<'E' | tr a b\r\n$HOME `id` \"ä€😀\"\nE\n";
    JsonNode request = JSON.createObjectNode().put("script", text).put("stdin", text);

    // When
    ExecSpec spec = contract.readExec(request);

    // Then
    assertThat(spec.script()).hasValue(text);
    assertThat(spec.stdin()).hasValue(text.getBytes(StandardCharsets.UTF_8));
  }
}
