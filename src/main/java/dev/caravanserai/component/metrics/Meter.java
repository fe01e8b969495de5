package dev.caravanserai.component.metrics;

import java.util.Optional;
import org.apache.camel.Exchange;

/** Watches one kind of operation. Safe for use by several threads; throws nothing. */
@FunctionalInterface
public interface Meter {
  /**
   * An operation begins.
   *
   * @return is told of its end
   */
  End begin(Exchange exchange);

  /** Hears of the end of one operation, once. */
  @FunctionalInterface
  interface End {
    /**
     * @param result what it came to; empty if it failed, and for an operation that has none
     * @param failed why it failed; empty if it did not
     */
    void ended(Optional<?> result, Optional<Throwable> failed);
  }
}
