package dev.caravanserai.component;

import dev.caravanserai.cluster.Shares;
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
  private final UnitOfWork route;
  private long kept;
  private boolean done;

  private OutputMemory(Shares memory, String tenant, UnitOfWork route) {
    this.memory = memory;
    this.tenant = tenant;
    this.route = route;
  }

  /** For the next output of an exchange; the memory of its former one is given back. */
  static OutputMemory next(Exchange exchange, Shares memory, String tenant) {
    UnitOfWork route = exchange.getUnitOfWork();
    OutputMemory next = new OutputMemory(memory, tenant, route);
    if (route == null) {
      next.done = true; // nothing would report the end
      return next;
    }
    if (exchange.getProperty(PROPERTY) instanceof OutputMemory former && former.route == route) {
      former.onDone(exchange);
      route.removeSynchronization(former);
    }
    exchange.setProperty(PROPERTY, next);
    route.addSynchronization(next);
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
  public synchronized void onDone(Exchange exchange) {
    done = true;
    giveBack();
  }

  private void giveBack() {
    memory.giveBack(tenant, kept);
    kept = 0;
  }
}
