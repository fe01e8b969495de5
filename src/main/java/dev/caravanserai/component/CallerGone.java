package dev.caravanserai.component;

import dev.caravanserai.http.Caller;
import dev.caravanserai.session.SessionSpec;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.camel.Exchange;

/** Whether the caller of an exchange still waits for its response. */
final class CallerGone {
  private static final String COMES_BACK = "CamelPodCallerComesBack";

  private CallerGone() {}

  /**
   * Notes whether a caller who leaves can come back for the session that it asks for: not if only
   * the response would have contained the session's id.
   */
  static void note(Exchange exchange, SessionSpec asked) {
    exchange.setProperty(COMES_BACK, asked.id().or(asked::idempotencyKey).isPresent());
  }

  static boolean forGood(Exchange exchange) {
    return !exchange.getProperty(COMES_BACK, true, Boolean.class);
  }

  /**
   * Completes asynchronously when the caller leaves, at once if it has left; else never, as in a
   * route of a timer.
   */
  static CompletionStage<?> of(Exchange exchange) {
    return Optional.<CompletionStage<?>>ofNullable(
            exchange.getProperty(Caller.GONE, CompletionStage.class))
        .<CompletionStage<?>>map(gone -> gone.thenApplyAsync(left -> left))
        .orElseGet(CompletableFuture::new);
  }
}
