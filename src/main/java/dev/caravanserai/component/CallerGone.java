package dev.caravanserai.component;

import dev.caravanserai.http.Caller;
import dev.caravanserai.session.SessionSpec;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePattern;

/** Whether the caller of an exchange still waits for its response. */
final class CallerGone {
  private static final String COMES_BACK = "CamelPodCallerComesBack";

  private CallerGone() {}

  /**
   * Notes whether a caller who leaves can come back for the session that it asks for: not if only
   * the response would have contained the session's id.
   */
  static void note(Exchange exchange, SessionSpec asked) {
    exchange.setProperty(
        COMES_BACK, !answers(exchange) || asked.id().or(asked::idempotencyKey).isPresent());
  }

  /**
   * As {@link #of}, if the caller cannot come back; also in a {@code wireTap} of the start, whose
   * response has the session's id.
   */
  static CompletionStage<?> forGood(Exchange exchange) {
    return gone(exchange, !exchange.getProperty(COMES_BACK, true, Boolean.class));
  }

  /**
   * Completes asynchronously when the caller leaves, at once if it has left; else never, as in a
   * route of a timer or one that a {@code wireTap} has begun, to whose end no caller waits.
   */
  static CompletionStage<?> of(Exchange exchange) {
    return gone(exchange, answers(exchange));
  }

  private static boolean answers(Exchange exchange) {
    return exchange.getPattern() == ExchangePattern.InOut;
  }

  private static CompletionStage<?> gone(Exchange exchange, boolean matters) {
    return Optional.<CompletionStage<?>>ofNullable(
            exchange.getProperty(Caller.GONE, CompletionStage.class))
        .filter(gone -> matters)
        .<CompletionStage<?>>map(gone -> gone.thenApplyAsync(left -> left))
        .orElseGet(CompletableFuture::new);
  }
}
