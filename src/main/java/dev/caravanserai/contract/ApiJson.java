package dev.caravanserai.contract;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.annotation.JsonSerialize;
import com.fasterxml.jackson.databind.util.StdConverter;
import dev.caravanserai.session.ExecResult;
import dev.caravanserai.session.ExecSpec;
import dev.caravanserai.session.Failure;
import dev.caravanserai.session.Json;
import dev.caravanserai.session.Outcome;
import dev.caravanserai.session.Session;
import dev.caravanserai.session.SessionPage;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Writes values as JSON by the contract's schemas, in the API and by {@code marshal: json} in a
 * route. Unknown values are absent; times are RFC 3339 UTC.
 */
public final class ApiJson {
  private ApiJson() {}

  /** A new mapper; safe for use by many threads once it is configured. */
  public static ObjectMapper mapper() {
    return Json.records()
        .addMixIn(Session.class, SessionSchema.class)
        .addMixIn(SessionPage.class, PageSchema.class)
        .addMixIn(ExecResult.class, ResultSchema.class)
        .build();
  }

  private interface SessionSchema {
    @JsonIgnore
    String container();
  }

  private interface PageSchema {
    @JsonProperty("continue")
    Optional<String> next();
  }

  @JsonSerialize(converter = ExecResultSchema.Converter.class)
  private interface ResultSchema {}

  /** Schema {@code ExecResult}. */
  private record ExecResultSchema(
      String execId,
      String outcome,
      Optional<Integer> exitCode,
      Optional<Failure> failure,
      String stdout,
      String stderr,
      long durationMs,
      Optional<Map<String, Long>> truncated) {

    static final class Converter extends StdConverter<ExecResult, ExecResultSchema> {
      @Override
      public ExecResultSchema convert(ExecResult result) {
        Map<String, Long> truncated = new LinkedHashMap<>();
        total(result.stdout()).ifPresent(total -> truncated.put("stdout", total));
        total(result.stderr()).ifPresent(total -> truncated.put("stderr", total));
        return new ExecResultSchema(
            result.execId(),
            result.outcome().word(),
            result.outcome() instanceof Outcome.Exited exited
                ? Optional.of(exited.code())
                : Optional.empty(),
            result.outcome().cause(),
            text(result.stdout(), result.encoding()),
            text(result.stderr(), result.encoding()),
            result.duration().toMillis(),
            Optional.of(truncated).filter(cut -> !cut.isEmpty()));
      }

      private static Optional<Long> total(ExecResult.Output output) {
        return output.truncated() ? Optional.of(output.total()) : Optional.empty();
      }

      private static String text(ExecResult.Output output, ExecSpec.Encoding encoding) {
        return encoding == ExecSpec.Encoding.BASE64
            ? Base64.getEncoder().encodeToString(output.bytes())
            : output.text();
      }
    }
  }
}
