package dev.caravanserai.session;

import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A typed failure.
 *
 * @param code failure code
 * @param message full sentences: what happened, to which object, and what to do next
 * @param reason Kubernetes' own CamelCase reason, if any
 * @param events the object's last warning events, oldest first, as {@code Reason: message}
 */
@RecordBuilder
public record Failure(
    FailureCode code, String message, Optional<String> reason, List<String> events)
    implements FailureBuilder.With {

  public Failure {
    Objects.requireNonNull(code, "code");
    Objects.requireNonNull(message, "message");
    Objects.requireNonNull(reason, "reason");
    events = List.copyOf(events);
  }

  public static Failure of(FailureCode code, String message) {
    return new Failure(code, message, Optional.empty(), List.of());
  }

  public static Failure of(FailureCode code, String message, String reason) {
    return new Failure(code, message, Optional.ofNullable(reason), List.of());
  }

  public FailureException asException() {
    return new FailureException(this);
  }
}
