package dev.caravanserai.contract;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.caravanserai.session.ExecResult;
import dev.caravanserai.session.ExecSpec.Encoding;
import dev.caravanserai.session.Failure;
import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.Outcome;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ExecJsonTest {
  private static final ObjectMapper JSON = ApiJson.mapper();
  private static final byte[] NO_TEXT = {(byte) 0xff, 0, 'x'};
  private final ContractSchema schema;

  ExecJsonTest() throws IOException {
    JsonNode document = new YAMLMapper().readTree(Contract.load().yaml());
    schema = ContractSchema.of(document, "/components/schemas/ExecResult");
  }

  static List<Outcome> outcomes() {
    Failure failure = Failure.of(FailureCode.CONNECTION_LOST, "The connection was lost.");
    return List.of(
        Outcome.exited(7),
        Outcome.timedOut(Duration.ofSeconds(1)),
        Outcome.cancelled(),
        Outcome.notStarted(failure),
        Outcome.connectionLost(failure),
        Outcome.podGone(failure));
  }

  @ParameterizedTest
  @MethodSource("outcomes")
  void only_a_command_that_exited_has_an_exit_code(Outcome outcome) {
    // Given
    ExecResult result = result(outcome, output("out\n", 4));

    // When
    ObjectNode json = JSON.valueToTree(result.withEncoding(Encoding.UTF8));

    // Then
    assertThat(schema.check(json)).isEmpty();
    assertThat(json.get("outcome").textValue()).isEqualTo(outcome.word());
    assertThat(json.has("exitCode")).isEqualTo(outcome instanceof Outcome.Exited);
    assertThat(json.has("failure"))
        .isEqualTo(
            outcome instanceof Outcome.NotStarted
                || outcome instanceof Outcome.ConnectionLost
                || outcome instanceof Outcome.PodGone);
    assertThat(json.get("stdout").textValue()).isEqualTo("out\n");
    assertThat(json.get("durationMs").longValue()).isEqualTo(61);
    assertThat(json.has("truncated")).isFalse();
  }

  @Test
  void bytes_are_returned_as_base64_on_request() {
    // Given
    ExecResult result = result(Outcome.exited(0), new ExecResult.Output(NO_TEXT, 3));

    // When
    ObjectNode json = JSON.valueToTree(result.withEncoding(Encoding.BASE64));

    // Then
    assertThat(json.get("stdout").textValue()).isEqualTo("/wB4");
  }

  @Test
  void invalid_utf8_becomes_the_replacement_character_in_text() {
    // Given
    ExecResult result = result(Outcome.exited(0), new ExecResult.Output(NO_TEXT, 3));

    // When
    ObjectNode json = JSON.valueToTree(result.withEncoding(Encoding.UTF8));

    // Then
    assertThat(json.get("stdout").textValue()).isEqualTo("\ufffd\0x");
  }

  @Test
  void cut_output_is_returned_with_its_full_length() {
    // Given
    ExecResult result = result(Outcome.exited(0), output("out", 30_000_000_000L));

    // When
    ObjectNode json = JSON.valueToTree(result.withEncoding(Encoding.UTF8));

    // Then
    assertThat(schema.check(json)).isEmpty();
    assertThat(json.get("truncated")).hasToString("{\"stdout\":30000000000}");
  }

  private static ExecResult result(Outcome outcome, ExecResult.Output stdout) {
    return new ExecResult("x1", outcome, stdout, output("", 0), Duration.ofMillis(61));
  }

  private static ExecResult.Output output(String text, long total) {
    return new ExecResult.Output(text.getBytes(StandardCharsets.UTF_8), total);
  }
}
