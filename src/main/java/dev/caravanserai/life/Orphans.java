package dev.caravanserai.life;

import dev.caravanserai.cluster.Cluster;
import dev.caravanserai.cluster.ObjectRef;
import dev.caravanserai.session.Labels;
import dev.caravanserai.session.Names;
import dev.caravanserai.session.SessionKey;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Ends pods whose anchor somebody deleted while its objects were kept. */
public final class Orphans {
  private static final Logger LOG = LoggerFactory.getLogger(Orphans.class);

  private final Cluster cluster;
  private final Termination termination;

  public Orphans(Cluster cluster) {
    this.cluster = cluster;
    this.termination = new Termination(cluster);
  }

  /**
   * Does nothing if the anchor exists and only the watch is late.
   *
   * @return done when the cluster has accepted the deletion
   */
  public CompletionStage<Void> end(SessionKey key, Pod pod) {
    String namespace = pod.getMetadata().getNamespace();
    String anchor = Names.anchor(key.tenant(), key.id());
    return cluster
        .objects()
        .get(ConfigMap.class, namespace, anchor)
        .thenCompose(
            found -> {
              if (found.isPresent()) {
                return CompletableFuture.completedFuture(null);
              }
              LOG.warn(
                  "session={} cluster={} tenant={} has a pod but no anchor: somebody deleted"
                      + " ConfigMap {}/{} and kept what it owned, or created the pod by hand. Pod {}"
                      + " is being ended. To see what else may be left: kubectl -n {} get"
                      + " secrets,services,pvc -l {}={}",
                  key.id(),
                  key.cluster(),
                  key.tenant(),
                  namespace,
                  anchor,
                  pod.getMetadata().getName(),
                  namespace,
                  Labels.SESSION,
                  Names.label(key.id()));
              return termination.end(key, Optional.empty(), Optional.of(ObjectRef.to(pod)));
            });
  }
}
