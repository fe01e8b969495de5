package dev.caravanserai.contract;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravanserai.session.ExecSpec;
import dev.caravanserai.session.InvalidRequestException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;

/** Turns JSON that keeps schema {@code Exec} into an {@link ExecSpec}. */
final class ExecRequest {
  private ExecRequest() {}

  static ExecSpec read(JsonNode body) {
    ExecSpec.Encoding encoding =
        JsonFields.text(body, "encoding").filter("base64"::equals).isPresent()
            ? ExecSpec.Encoding.BASE64
            : ExecSpec.Encoding.UTF8;
    return ExecSpec.builder()
        .command(JsonFields.texts(body, "command"))
        .script(JsonFields.text(body, "script").orElse(null))
        .shell(JsonFields.text(body, "shell").orElse(null))
        .stdin(JsonFields.text(body, "stdin").map(text -> stdin(text, encoding)).orElse(null))
        .env(JsonFields.textByName(body, "env"))
        .workingDir(JsonFields.text(body, "workingDir").orElse(null))
        .container(JsonFields.text(body, "container").orElse(null))
        .timeout(timeout(body).orElse(null))
        .encoding(encoding)
        .build();
  }

  private static byte[] stdin(String text, ExecSpec.Encoding encoding) {
    if (encoding == ExecSpec.Encoding.UTF8) {
      return text.getBytes(StandardCharsets.UTF_8);
    }
    try {
      return Base64.getDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      throw InvalidRequestException.at(
          "/stdin",
          "must be base64 (RFC 4648, without line breaks) because encoding is base64, but it has an "
              + e.getMessage().replaceFirst("^I", "i")
              + "; for text leave encoding out");
    }
  }

  /** To the millisecond, rounded up so that it is never zero. */
  private static Optional<Duration> timeout(JsonNode body) {
    return JsonFields.field(body, "timeoutSeconds")
        .map(JsonNode::decimalValue)
        .map(seconds -> seconds.multiply(BigDecimal.valueOf(1000)))
        .map(millis -> millis.setScale(0, RoundingMode.CEILING).longValueExact())
        .map(Duration::ofMillis);
  }
}
