package dev.caravanserai.component;

import dev.caravanserai.cluster.ByteSource;
import dev.caravanserai.cluster.LastBytes;
import dev.caravanserai.component.kamelet.OutputMemory;
import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.FailureException;
import java.util.Arrays;
import java.util.concurrent.CompletionStage;
import org.apache.camel.Exchange;

/**
 * The end of a log in memory, as the body of a route.
 *
 * @param limit in bytes
 */
record LogEnd(OutputMemory memory, int limit) {

  CompletionStage<byte[]> read(ByteSource log, Exchange exchange) {
    return LastBytes.of(log, limit + 1, this::take).thenApply(bytes -> end(bytes, exchange));
  }

  private void take(int bytes) {
    if (!memory.take(bytes)) {
      throw FailureException.of(
          FailureCode.LIMIT_REACHED,
          "The log was not read: output in memory has reached the limit of the setting"
              + " caravanserai.exec.memory, or your tenant has three quarters of it. Try again"
              + " later, or read less of the log.");
    }
  }

  /** Whole lines where there are any. */
  private byte[] end(byte[] log, Exchange exchange) {
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
