package dev.caravanserai.session;

import java.util.List;
import java.util.Objects;

/**
 * Thrown with a {@link Failure}. The message is the failure's; {@link #log} may hold secrets and is
 * never part of it.
 */
public class FailureException extends RuntimeException {
  private final transient Failure failure;
  private final transient List<String> log;

  public FailureException(Failure failure) {
    this(failure, null, List.of());
  }

  public FailureException(Failure failure, Throwable cause) {
    this(failure, cause, List.of());
  }

  public FailureException(Failure failure, List<String> log) {
    this(failure, null, log);
  }

  private FailureException(Failure failure, Throwable cause, List<String> log) {
    super(Objects.requireNonNull(failure, "failure").code() + ": " + failure.message(), cause);
    this.failure = failure;
    this.log = List.copyOf(log);
  }

  public static FailureException of(FailureCode code, String message) {
    return new FailureException(Failure.of(code, message));
  }

  public Failure failure() {
    return failure;
  }

  /**
   * The last lines that the failed container or command wrote, for the caller only: not for logs,
   * annotations or metrics.
   */
  public List<String> log() {
    return log;
  }
}
