package dev.caravanserai.component;

import dev.caravanserai.cluster.Cluster;
import dev.caravanserai.cluster.ObjectRef;
import dev.caravanserai.life.Termination;
import dev.caravanserai.session.Labels;
import dev.caravanserai.session.Names;
import dev.caravanserai.session.SessionKey;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.camel.Exchange;
import org.apache.camel.InvalidPayloadException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends the pod in the body if it is a session's, and the session's anchor was deleted while its
 * objects were kept. Nothing happens unless the API server itself confirms that there is no anchor:
 * the index may lag behind, and no watch reports an anchor that has lost its labels.
 */
final class OrphanOperation implements PodOperation {
  private static final Logger LOG = LoggerFactory.getLogger(OrphanOperation.class);

  private final Cluster cluster;
  private final Termination termination;

  OrphanOperation(Cluster cluster, Termination termination) {
    this.cluster = cluster;
    this.termination = termination;
  }

  @Override
  public CompletionStage<Void> run(Exchange exchange) throws InvalidPayloadException {
    Pod pod = exchange.getMessage().getMandatoryBody(Pod.class);
    return cluster
        .sessions()
        .keyOf(pod)
        .filter(key -> cluster.sessions().anchor(key).isEmpty())
        .map(key -> endWithoutAnchor(key, ObjectRef.to(pod)))
        .orElseGet(() -> CompletableFuture.completedFuture(null));
  }

  private CompletionStage<Void> endWithoutAnchor(SessionKey key, ObjectRef pod) {
    ObjectRef anchor =
        ObjectRef.named(ConfigMap.class, pod.namespace(), Names.anchor(key.tenant(), key.id()));
    return cluster
        .objects()
        .get(key.tenant(), anchor)
        .thenCompose(
            found ->
                found.isPresent()
                    ? CompletableFuture.completedFuture(null)
                    : end(key, anchor, pod));
  }

  private CompletionStage<Void> end(SessionKey key, ObjectRef anchor, ObjectRef pod) {
    LOG.warn(
        "session={} cluster={} tenant={} has a pod but no anchor: {} was deleted by another client"
            + " that kept what it owned, or the pod was created by hand. {} is being ended. To see"
            + " what else may be left: kubectl -n {} get secrets,services,pvc -l {}={}",
        key.id(),
        key.cluster(),
        key.tenant(),
        anchor,
        pod,
        pod.namespace(),
        Labels.SESSION,
        Names.label(key.id()));
    return termination.end(key, Optional.empty(), Optional.of(pod)).thenApply(ended -> null);
  }
}
