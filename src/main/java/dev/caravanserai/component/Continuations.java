package dev.caravanserai.component;

import dev.caravanserai.cluster.ContinuationPool;
import dev.caravanserai.component.kamelet.RouteOrigin;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import org.apache.camel.Exchange;

/**
 * The threads on which routes go on after an operation. Each route in which exchanges begin has a
 * pool of its own, so a step that blocks delays neither another route, nor the API, nor the reaper.
 * Thread-safe.
 */
public final class Continuations implements AutoCloseable {
  private static final int OWN = 4;

  private final int size;
  private final Map<String, ContinuationPool> pools = new ConcurrentHashMap<>();

  /**
   * @param size most threads of one route, at least 1
   */
  Continuations(int size) {
    this.size = size;
  }

  /** The threads of the route in which the exchange began. */
  Executor of(Exchange exchange) {
    return pool(RouteOrigin.of(exchange).map(RouteOrigin::route).orElse("none"), size);
  }

  /** A few threads of no route, for what does not block. */
  Executor own() {
    return pool("", OWN);
  }

  private ContinuationPool pool(String route, int most) {
    return pools.computeIfAbsent(
        route, id -> new ContinuationPool("continuation-" + id + "-", most));
  }

  @Override
  public void close() {
    pools.values().forEach(ContinuationPool::shutdown);
  }
}
