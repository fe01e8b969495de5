package dev.caravanserai.life;

import dev.caravanserai.cluster.Cluster;
import dev.caravanserai.cluster.ObjectRef;
import dev.caravanserai.session.Labels;
import dev.caravanserai.session.Names;
import dev.caravanserai.session.SessionKey;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Ends pods whose anchor somebody took away; nobody else would. */
public final class Orphans {
  private static final Logger LOG = LoggerFactory.getLogger(Orphans.class);

  private final Cluster cluster;

  public Orphans(Cluster cluster) {
    this.cluster = cluster;
  }

  /**
   * Does nothing where the cluster has the anchor after all and only the watch is behind.
   *
   * @return done when the cluster has taken the deletion
   */
  public CompletionStage<Void> end(SessionKey key, Pod pod) {
    String name = Names.anchor(key.tenant(), key.id());
    return cluster
        .objects()
        .get(ConfigMap.class, pod.getMetadata().getNamespace(), name)
        .thenCompose(
            anchor ->
                anchor.isPresent() ? CompletableFuture.completedFuture(null) : end(key, pod, name));
  }

  private CompletionStage<Void> end(SessionKey key, Pod pod, String anchor) {
    String namespace = pod.getMetadata().getNamespace();
    LOG.warn(
        "session={} cluster={} tenant={} has a pod but no anchor: somebody deleted ConfigMap {}/{}"
            + " and kept what it owned, or made the pod by hand. Pod {} is being ended; to see what"
            + " else may be left: kubectl -n {} get secrets,services,pvc -l {}={}",
        key.id(),
        cluster.name(),
        key.tenant(),
        namespace,
        anchor,
        pod.getMetadata().getName(),
        namespace,
        Labels.SESSION,
        Optional.ofNullable(pod.getMetadata().getLabels())
            .orElse(Map.of())
            .getOrDefault(Labels.SESSION, Names.label(key.id())));
    return cluster.objects().delete(ObjectRef.to(pod)).thenApply(there -> null);
  }
}
