package dev.caravanserai.component;

import dev.caravanserai.cluster.ByteSource;
import dev.caravanserai.cluster.LastBytes;
import dev.caravanserai.exec.MemoryBudget;
import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.FailureException;
import java.util.Arrays;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.camel.Exchange;
import org.apache.camel.spi.UnitOfWork;
import org.apache.camel.support.SynchronizationAdapter;

/**
 * The end of a log in memory, as the body of a route. It counts in the budget until the route ends
 * or reads another log.
 */
final class LogEnd extends SynchronizationAdapter {
  private static final String PROPERTY = "CaravanseraiLogEnd";

  private final MemoryBudget memory;
  private final UnitOfWork route;
  private final AtomicLong kept = new AtomicLong();

  private LogEnd(MemoryBudget memory, UnitOfWork route) {
    this.memory = memory;
    this.route = route;
  }

  /** The one of this exchange, without the log that it has read before. */
  static LogEnd of(Exchange exchange, MemoryBudget memory) {
    if (exchange.getProperty(PROPERTY) instanceof LogEnd former
        && former.route == exchange.getUnitOfWork()) {
      former.giveBack();
      return former;
    }
    LogEnd first = new LogEnd(memory, exchange.getUnitOfWork());
    exchange.setProperty(PROPERTY, first);
    exchange.getExchangeExtension().addOnCompletion(first);
    return first;
  }

  @Override
  public void onDone(Exchange exchange) {
    giveBack();
  }

  private void giveBack() {
    memory.giveBack(kept.getAndSet(0));
  }

  /**
   * @param limit in bytes
   */
  CompletionStage<byte[]> read(ByteSource log, int limit, Exchange exchange) {
    return LastBytes.of(log, limit + 1, this::take).thenApply(bytes -> end(bytes, limit, exchange));
  }

  private void take(int bytes) {
    if (!memory.take(bytes)) {
      throw FailureException.of(
          FailureCode.LIMIT_REACHED,
          "The log was not read: output in memory has reached the limit of the setting"
              + " caravanserai.exec.memory. Try again later, or read less of it.");
    }
    kept.addAndGet(bytes);
  }

  /** Whole lines where there are any. */
  private static byte[] end(byte[] log, int limit, Exchange exchange) {
    int from = log.length - limit;
    if (from <= 0) {
      return log;
    }
    exchange.getMessage().setHeader(PodConstants.TRUNCATED, true);
    for (int i = from - 1; i < log.length - 1; i++) {
      if (log[i] == '\n') {
        return Arrays.copyOfRange(log, i + 1, log.length);
      }
    }
    return Arrays.copyOfRange(log, from, log.length);
  }
}
