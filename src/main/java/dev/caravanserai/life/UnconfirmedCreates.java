package dev.caravanserai.life;

import dev.caravanserai.cluster.Cluster;
import dev.caravanserai.cluster.ObjectRef;
import dev.caravanserai.cluster.SessionListener;
import dev.caravanserai.cluster.SessionUpdate;
import dev.caravanserai.cluster.Subscription;
import dev.caravanserai.profile.Plan;
import dev.caravanserai.session.Annotations;
import dev.caravanserai.session.Causes;
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
 * Starts whose create of the anchor was not confirmed: it got no response, or the anchor could not
 * be read then. They have failed and are not continued, but the anchor may exist. As soon as a
 * watch delivers it, it is deleted, by the mark of the request that began it and by its uid. If
 * there are more than {@value #KEPT}, the oldest are forgotten: the reaper ends those at their
 * {@code start-by}. Thread-safe.
 */
public final class UnconfirmedCreates implements SessionListener, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(UnconfirmedCreates.class);
  private static final int KEPT = 1000;
  private static final int CAPACITY = 10_000;

  private final Cluster cluster;
  private final Subscription subscription;

  /** The session of each, by the mark of its request: one session may be tried several times. */
  private final Map<String, SessionKey> marks =
      Collections.synchronizedMap(
          new LinkedHashMap<>() {
            @Override
            protected boolean removeEldestEntry(Map.Entry<String, SessionKey> eldest) {
              return size() > KEPT;
            }
          });

  public UnconfirmedCreates(Cluster cluster) {
    this.cluster = cluster;
    this.subscription = cluster.sessions().subscribe("unconfirmed-creates", CAPACITY, this);
  }

  /**
   * Adds a plan, unless it has an Idempotency-Key: a repeated request can find its anchor again.
   */
  void add(Plan plan) {
    if (plan.spec().idempotencyKey().isEmpty()) {
      SessionKey key = new SessionKey(cluster.name(), plan.spec().tenant(), plan.id());
      marks.put(mark(plan.anchor()), key);
      check(key);
    }
  }

  @Override
  public void onUpdate(SessionUpdate update) {
    check(update.session().key());
  }

  @Override
  public void onDropped(long dropped) {
    List.copyOf(marks.values()).forEach(this::check);
  }

  @Override
  public void close() {
    subscription.close();
  }

  private void check(SessionKey key) {
    if (!marks.isEmpty()) {
      cluster
          .sessions()
          .anchor(key)
          .filter(anchor -> marks.remove(mark(anchor)) != null)
          .ifPresent(anchor -> end(key, anchor));
    }
  }

  private void end(SessionKey key, ConfigMap anchor) {
    LOG.info(
        "session={} cluster={} tenant={} exists although its create was not confirmed; it is being"
            + " ended",
        key.id(),
        key.cluster(),
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
                  key.cluster(),
                  key.tenant(),
                  Causes.of(thrown).getMessage());
              return false;
            });
  }

  private static String mark(ConfigMap anchor) {
    return Optional.ofNullable(Lives.annotations(anchor).get(Annotations.BEGUN_BY)).orElse("");
  }
}
