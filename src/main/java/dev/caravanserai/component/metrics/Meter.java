package dev.caravanserai.component.metrics;

import java.util.Optional;
import org.apache.camel.Exchange;

/** Measures one kind of operation. Thread-safe; throws nothing. */
@FunctionalInterface
public interface Meter {
  /**
   * Called when an operation begins.
   *
   * @return called once when it ends
   */
  End begin(Exchange exchange);

  /** Called once at the end of an operation. */
  @FunctionalInterface
  interface End {
    /**
     * @param result the operation's result; empty if it failed or has none
     * @param failed the cause of a failure; empty on success
     */
    void ended(Optional<?> result, Optional<Throwable> failed);
  }
}
