package dev.caravanserai.life;

import dev.caravanserai.cluster.Cluster;
import dev.caravanserai.cluster.ObjectRef;
import dev.caravanserai.cluster.SessionListener;
import dev.caravanserai.cluster.SessionUpdate;
import dev.caravanserai.profile.Plan;
import dev.caravanserai.session.Annotations;
import dev.caravanserai.session.SessionKey;
import io.fabric8.kubernetes.api.model.ConfigMap;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts whose anchor's creation was never answered. Their callers were told that the cluster is
 * away, and nobody goes on with them; but the anchor may have been made. As soon as a watch tells
 * of it, it is taken away again, by the mark of the request that began it and by its uid. Those who
 * are forgotten, of more than {@value #KEPT}, are the reaper's once their time to start is over.
 * Safe for use by several threads.
 */
public final class UnconfirmedCreates {
  private static final Logger LOG = LoggerFactory.getLogger(UnconfirmedCreates.class);
  private static final int KEPT = 1000;
  private static final int QUEUE = 10_000;

  private final Cluster cluster;
  private final Map<SessionKey, String> marks =
      Collections.synchronizedMap(
          new LinkedHashMap<>() {
            @Override
            protected boolean removeEldestEntry(Map.Entry<SessionKey, String> eldest) {
              return size() > KEPT;
            }
          });

  public UnconfirmedCreates(Cluster cluster) {
    this.cluster = cluster;
    cluster
        .sessions()
        .subscribe(
            "unconfirmed-creates",
            QUEUE,
            new SessionListener() {
              @Override
              public void onUpdate(SessionUpdate update) {
                look(update.session().key());
              }

              @Override
              public void onDropped(long dropped) {
                List.copyOf(marks.keySet()).forEach(UnconfirmedCreates.this::look);
              }
            });
  }

  /**
   * Nobody goes on with this plan, unless the same request is repeated: what has an Idempotency-Key
   * is left to be found again.
   */
  public void add(Plan plan) {
    if (plan.spec().idempotencyKey().isEmpty()) {
      marks.put(Keys.of(cluster, plan), mark(plan.anchor()).orElseThrow());
      look(Keys.of(cluster, plan));
    }
  }

  private void look(SessionKey key) {
    if (!marks.isEmpty()) {
      cluster
          .sessions()
          .anchor(key)
          .filter(anchor -> mark(anchor).filter(m -> marks.remove(key, m)).isPresent())
          .ifPresent(anchor -> end(key, anchor));
    }
  }

  private void end(SessionKey key, ConfigMap anchor) {
    LOG.info(
        "session={} cluster={} tenant={} was made though the cluster did not answer; it is being"
            + " ended",
        key.id(),
        cluster.name(),
        key.tenant());
    cluster
        .objects()
        .delete(ObjectRef.to(anchor))
        .exceptionally(
            thrown -> {
              LOG.warn(
                  "session={} cluster={} tenant={} could not be ended; the reaper ends it when its"
                      + " time to start is over: {}",
                  key.id(),
                  cluster.name(),
                  key.tenant(),
                  thrown.getMessage());
              return false;
            });
  }

  private static Optional<String> mark(ConfigMap anchor) {
    return Optional.ofNullable(anchor.getMetadata().getAnnotations())
        .map(all -> all.get(Annotations.BEGUN_BY));
  }
}
