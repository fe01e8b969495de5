package dev.caravanserai.component;

import dev.caravanserai.cluster.Shares;
import dev.caravanserai.http.Caller;
import java.util.concurrent.CompletionStage;
import org.apache.camel.Exchange;
import org.apache.camel.spi.UnitOfWork;
import org.apache.camel.support.SynchronizationAdapter;

/**
 * The memory of one output that an exchange has as its body: it counts until the exchange is done,
 * for a request until its response has been sent, or until the exchange reads other output.
 * Thread-safe.
 */
final class OutputMemory extends SynchronizationAdapter {
  private static final String PROPERTY = "CaravanseraiOutputMemory";

  private final Shares memory;
  private final String tenant;
  private final Object scope;
  private long kept;
  private boolean done;

  private OutputMemory(Shares memory, String tenant, Object scope) {
    this.memory = memory;
    this.tenant = tenant;
    this.scope = scope;
  }

  /** For the next output of an exchange; the memory of its former one is given back. */
  static OutputMemory next(Exchange exchange, Shares memory, String tenant) {
    CompletionStage<?> sent = exchange.getProperty(Caller.DONE, CompletionStage.class);
    UnitOfWork route = exchange.getUnitOfWork();
    OutputMemory next = new OutputMemory(memory, tenant, sent == null ? route : sent);
    if (exchange.getProperty(PROPERTY) instanceof OutputMemory former
        && former.scope == next.scope) {
      former.end();
    }
    exchange.setProperty(PROPERTY, next);
    if (sent != null) {
      sent.thenRun(next::end); // a Kamelet has a unit of work of its own
    } else if (route != null) {
      route.addSynchronization(next);
    } else {
      next.end(); // nothing would report it
    }
    return next;
  }

  /**
   * @return false if there is not so much memory left for the tenant
   */
  boolean take(long bytes) {
    boolean taken = memory.take(tenant, bytes);
    if (taken) {
      keep(bytes);
    }
    return taken;
  }

  /** Takes over bytes that have been taken from the memory. */
  synchronized void keep(long bytes) {
    kept += bytes;
    if (done) {
      giveBack();
    }
  }

  @Override
  public void onDone(Exchange exchange) {
    end();
  }

  private synchronized void end() {
    done = true;
    giveBack();
  }

  private void giveBack() {
    memory.giveBack(tenant, kept);
    kept = 0;
  }
}
