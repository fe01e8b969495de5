package dev.caravanserai.contract;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravanserai.session.ExecResult;
import dev.caravanserai.session.ExecSpec;
import dev.caravanserai.session.Failure;
import dev.caravanserai.session.Outcome;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;

/** Writes an {@link ExecResult} as schema {@code ExecResult} of the contract. */
public final class ExecJson {
  private ExecJson() {}

  /**
   * @param encoding how the output is written; as UTF-8, what is none becomes U+FFFD
   */
  public static ObjectNode of(ExecResult result, ExecSpec.Encoding encoding) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("execId", result.execId());
    json.put("outcome", result.outcome().word());
    if (result.outcome() instanceof Outcome.Exited exited) {
      json.put("exitCode", exited.code());
    }
    failure(result.outcome()).ifPresent(failure -> json.set("failure", FailureJson.of(failure)));
    json.put("stdout", text(result.stdout(), encoding));
    json.put("stderr", text(result.stderr(), encoding));
    json.put("durationMs", result.duration().toMillis());
    ObjectNode truncated = JsonNodeFactory.instance.objectNode();
    if (result.stdout().truncated()) {
      truncated.put("stdout", result.stdout().total());
    }
    if (result.stderr().truncated()) {
      truncated.put("stderr", result.stderr().total());
    }
    if (!truncated.isEmpty()) {
      json.set("truncated", truncated);
    }
    return json;
  }

  private static Optional<Failure> failure(Outcome outcome) {
    if (outcome instanceof Outcome.NotStarted notStarted) {
      return Optional.of(notStarted.failure());
    }
    if (outcome instanceof Outcome.ConnectionLost lost) {
      return Optional.of(lost.failure());
    }
    return outcome instanceof Outcome.PodGone gone ? Optional.of(gone.failure()) : Optional.empty();
  }

  private static String text(ExecResult.Output output, ExecSpec.Encoding encoding) {
    return encoding == ExecSpec.Encoding.BASE64
        ? Base64.getEncoder().encodeToString(output.bytes())
        : new String(output.bytes(), StandardCharsets.UTF_8);
  }
}
