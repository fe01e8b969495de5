package dev.caravanserai.component;

import dev.caravanserai.session.SessionSpec;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.apache.camel.Exchange;

/** Tells when nobody waits any more for what an exchange does. */
final class CallerGone {
  /**
   * Exchange property: a {@link CompletionStage} that is done once the caller has left. Absent
   * where callers cannot leave, as in a route of a timer.
   */
  static final String PROPERTY = "CamelPodCallerGone";

  private static final String COMES_BACK = "CamelPodCallerComesBack";

  private CallerGone() {}

  /**
   * Notes whether a caller who leaves can come back for the session that it asks for: not where
   * only the answer tells its id.
   */
  static void note(Exchange exchange, SessionSpec asked) {
    exchange.setProperty(COMES_BACK, asked.id().or(asked::idempotencyKey).isPresent());
  }

  static boolean forGood(Exchange exchange) {
    return !exchange.getProperty(COMES_BACK, true, Boolean.class);
  }

  /** Runs something once the caller has left, at once if they have. */
  static void then(Exchange exchange, Runnable what) {
    Optional.ofNullable(exchange.getProperty(PROPERTY, CompletionStage.class))
        .ifPresent(gone -> gone.thenRunAsync(what));
  }
}
