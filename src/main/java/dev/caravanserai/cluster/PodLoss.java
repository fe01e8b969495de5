package dev.caravanserai.cluster;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out whether a pod that is missing, or being deleted, has been taken away from a session
 * that nobody stops. What a watch has not reported yet is no failure, so the cluster is asked: for
 * the pod first and then for the anchor, since whoever stops a session deletes the anchor first.
 * Thread-safe.
 */
public final class PodLoss {
  private static final Logger LOG = LoggerFactory.getLogger(PodLoss.class);
  private static final int RETRY_SECONDS = 5;

  private final Objects objects;
  private final SessionCache cache;
  private final ScheduledExecutorService timer;
  private final Set<ObjectRef> underWay = ConcurrentHashMap.newKeySet();

  /** Works from now on. */
  public PodLoss(Objects objects, SessionCache cache, ScheduledExecutorService timer) {
    this.objects = objects;
    this.cache = cache;
    this.timer = timer;
    cache.resolveDoubtsBy(this::resolve);
  }

  private void resolve(Life.Doubt doubt) {
    if (!underWay.add(doubt.anchor())) {
      return;
    }
    objects
        .get(doubt.pod())
        .thenCompose(pod -> objects.get(doubt.anchor()))
        .whenComplete(
            (anchor, thrown) -> {
              underWay.remove(doubt.anchor());
              if (thrown != null) {
                LOG.debug("{} cannot be read", doubt.pod(), thrown);
                timer.schedule(() -> again(doubt), RETRY_SECONDS, TimeUnit.SECONDS);
              } else if (anchor.isPresent()) {
                cache.onPodLost(doubt);
              }
            });
  }

  private void again(Life.Doubt doubt) {
    if (cache.isOpen(doubt)) {
      resolve(doubt);
    }
  }
}
