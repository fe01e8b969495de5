package dev.caravanserai.component.kamelet;

import dev.caravanserai.cluster.Shares;
import java.util.ArrayList;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.spi.UnitOfWork;
import org.apache.camel.support.SynchronizationAdapter;

/**
 * The memory of one output that an exchange has as its body: it counts until the unit of work of
 * the exchange is done, for a request after its response has been sent, or until the exchange gets
 * other output. A Kamelet, {@code split} or {@code enrich} has a unit of work of its own: see
 * {@link StepOutput}. Thread-safe.
 */
public final class OutputMemory extends SynchronizationAdapter {
  private static final String PROPERTY = "CaravanseraiOutputMemory";

  private final Shares memory;
  private final String tenant;
  private long bytes;
  private boolean done;

  private OutputMemory(Shares memory, String tenant) {
    this.memory = memory;
    this.tenant = tenant;
  }

  /** For the next output of an exchange; the memory of its former one is given back. */
  public static OutputMemory next(Exchange exchange, Shares memory, String tenant) {
    OutputMemory next = new OutputMemory(memory, tenant);
    exchange.setProperty(PROPERTY, next);
    next.belongTo(exchange);
    return next;
  }

  /**
   * The one of the last output of an exchange, or of the exchange that it is a copy of; or null.
   */
  static OutputMemory of(Exchange exchange) {
    return exchange.getProperty(PROPERTY, OutputMemory.class);
  }

  /** Counts again, for an exchange whose body the output has become. */
  synchronized void countAgain(Exchange exchange) {
    if (done) {
      done = false;
      memory.takeInUse(tenant, bytes);
      belongTo(exchange);
    }
  }

  private void belongTo(Exchange exchange) {
    UnitOfWork route = exchange.getUnitOfWork();
    if (route == null) {
      end(); // nothing would report its end
      return;
    }
    List<OutputMemory> former = new ArrayList<>();
    route.handoverSynchronization(
        exchange,
        last -> {
          if (last instanceof OutputMemory output) {
            former.add(output);
          }
          return false; // this reads only
        });
    former.forEach(route::removeSynchronization);
    former.forEach(OutputMemory::end);
    route.addSynchronization(this);
  }

  /**
   * @return false if there is not so much memory left for the tenant
   */
  public boolean take(long more) {
    boolean taken = memory.take(tenant, more);
    if (taken) {
      keep(more);
    }
    return taken;
  }

  /** Takes over bytes that have been taken from the memory. */
  public synchronized void keep(long more) {
    bytes += more;
    if (done) {
      memory.giveBack(tenant, more);
    }
  }

  /** What takes over the completions may drop its exchange, and would never report its end. */
  @Override
  public void beforeHandover(Exchange target) {
    end();
  }

  @Override
  public void onDone(Exchange exchange) {
    end();
  }

  private synchronized void end() {
    if (!done) {
      done = true;
      memory.giveBack(tenant, bytes);
    }
  }
}
