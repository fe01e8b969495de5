package dev.caravanserai.session;

import java.util.Objects;

/** Thrown with a {@link Failure}. */
public class FailureException extends RuntimeException {
  private final transient Failure failure;

  public FailureException(Failure failure) {
    this(failure, null);
  }

  public FailureException(Failure failure, Throwable cause) {
    super(Objects.requireNonNull(failure, "failure").code() + ": " + failure.message(), cause);
    this.failure = failure;
  }

  public static FailureException of(FailureCode code, String message) {
    return new FailureException(Failure.of(code, message));
  }

  public Failure failure() {
    return failure;
  }
}
