package dev.caravanserai.component;

import dev.caravanserai.session.FailureException;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.apache.camel.Exchange;

/** An operation that a meter watches. What the meter is told changes nothing. */
record MeasuredOperation(PodOperation operation, Meter meter) implements PodOperation {

  /** Watches one kind of operation. Safe for use by several threads; throws nothing. */
  interface Meter {
    /**
     * An operation begins.
     *
     * @return is told of its end
     */
    End begin(Exchange exchange);
  }

  /** Hears of the end of one operation, once. */
  interface End {
    /**
     * @param result what it came to; empty if it failed, and for an operation that has none
     * @param failed why it failed; empty if it did not
     */
    void ended(Optional<?> result, Optional<Throwable> failed);
  }

  @Override
  public CompletionStage<?> run(Exchange exchange) throws Exception {
    End end = meter.begin(exchange);
    try {
      return operation
          .run(exchange)
          .whenComplete(
              (result, thrown) ->
                  end.ended(
                      Optional.ofNullable(result),
                      Optional.ofNullable(thrown).map(MeasuredOperation::cause)));
    } catch (Exception e) {
      end.ended(Optional.empty(), Optional.of(e));
      throw e;
    }
  }

  /** The failure's code, or {@code INTERNAL} for what is a fault of ours or of a route. */
  static String code(Throwable failed) {
    return failed instanceof FailureException told ? told.failure().code().name() : "INTERNAL";
  }

  private static Throwable cause(Throwable thrown) {
    return thrown instanceof CompletionException && thrown.getCause() != null
        ? thrown.getCause()
        : thrown;
  }
}
