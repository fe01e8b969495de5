package dev.caravanserai.cluster.api;

import dev.caravanserai.cluster.WatchStatus;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.time.Instant;
import java.util.concurrent.atomic.LongAdder;

/** How one informer fares. */
final class InformerStatus implements WatchStatus {
  private final String namespace;
  private final SharedIndexInformer<?> informer;
  private final LongAdder interruptions = new LongAdder();
  private volatile Instant since = Instant.now();

  InformerStatus(String namespace, SharedIndexInformer<?> informer) {
    this.namespace = namespace;
    this.informer = informer;
  }

  void interrupted() {
    interruptions.increment();
    since = Instant.now();
  }

  @Override
  public String namespace() {
    return namespace;
  }

  @Override
  public String kind() {
    return informer.getApiTypeClass().getSimpleName();
  }

  @Override
  public boolean connected() {
    return informer.isWatching();
  }

  @Override
  public long interruptions() {
    return interruptions.sum();
  }

  @Override
  public Instant since() {
    return since;
  }
}
