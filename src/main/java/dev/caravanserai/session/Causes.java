package dev.caravanserai.session;

import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/** Unwraps the exceptions of {@code java.util.concurrent}. */
public final class Causes {
  private Causes() {}

  /** The exception that a stage failed with, without any {@link CompletionException}. */
  public static Throwable of(Throwable thrown) {
    Throwable cause = thrown;
    while ((cause instanceof CompletionException || cause instanceof ExecutionException)
        && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }

  /** The failure that an exception carries; empty for any other exception. */
  public static Optional<Failure> failure(Throwable thrown) {
    return of(thrown) instanceof FailureException carrier
        ? Optional.of(carrier.failure())
        : Optional.empty();
  }

  /** Whether an exception carries a failure with this code. */
  public static boolean is(FailureCode code, Throwable thrown) {
    return failure(thrown).filter(failure -> failure.code() == code).isPresent();
  }
}
