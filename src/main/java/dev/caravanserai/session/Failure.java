package dev.caravanserai.session;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Why something did not work.
 *
 * @param code which decision a caller has to make
 * @param message what happened, to which object, and what to do next: a whole sentence
 * @param reason Kubernetes' own CamelCase reason, if it gave one
 * @param events the last warning events of the object, oldest first, as {@code Reason: message}
 */
public record Failure(
    FailureCode code, String message, Optional<String> reason, List<String> events) {

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

  public Failure withEvents(List<String> events) {
    return new Failure(code, message, reason, events);
  }

  public FailureException asException() {
    return new FailureException(this);
  }
}
