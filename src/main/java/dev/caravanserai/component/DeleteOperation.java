package dev.caravanserai.component;

import dev.caravanserai.cluster.Cluster;
import dev.caravanserai.cluster.FailureAnnotation;
import dev.caravanserai.cluster.ObjectRef;
import dev.caravanserai.life.DeletionWait;
import dev.caravanserai.life.Orphans;
import dev.caravanserai.life.SameRequest;
import dev.caravanserai.life.SessionObjects;
import dev.caravanserai.session.Annotations;
import dev.caravanserai.session.Failure;
import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.FailureException;
import dev.caravanserai.session.SessionKey;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.camel.Exchange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends a session: its anchor first, which decides that it ends, whatever becomes of us then; and at
 * once its pod, so that its grace does not wait for Kubernetes, which collects the rest. Ending
 * what is ending already is fine.
 */
final class DeleteOperation implements PodOperation {
  private static final Logger LOG = LoggerFactory.getLogger(DeleteOperation.class);

  private final PodEndpoint endpoint;
  private final PodServices services;
  private final Cluster cluster;
  private final SessionLookup lookup;
  private final DeletionWait disappearance;
  private final Orphans orphans;
  private final Option<Boolean> wait;

  DeleteOperation(PodEndpoint endpoint, PodServices services, SessionLookup lookup) {
    this.endpoint = endpoint;
    this.services = services;
    this.cluster = services.cluster();
    this.lookup = lookup;
    this.disappearance = new DeletionWait(cluster);
    this.orphans = new Orphans(cluster);
    this.wait = Option.flag(endpoint, "wait", endpoint.getWait());
  }

  @Override
  public CompletionStage<Void> run(Exchange exchange) {
    SessionKey key = lookup.key(exchange);
    return lookup.find(key).thenCompose(known -> end(key, exchange));
  }

  private CompletionStage<Void> end(SessionKey key, Exchange exchange) {
    Optional<ConfigMap> anchor = cluster.sessions().anchor(key);
    Optional<Pod> pod = cluster.sessions().pod(key);
    if (anchor.isEmpty() && pod.isEmpty()) {
      if (endpoint.isDue()) {
        return CompletableFuture.completedFuture(null);
      }
      throw SessionLookup.notFound(key);
    }
    if (endpoint.isDue() && anchor.isEmpty()) {
      return orphans.end(key, pod.get());
    }
    List<ObjectRef> objects = anchor.map(SessionObjects::of).orElse(List.of());
    LOG.info(
        "session={} cluster={} tenant={} is being ended", key.id(), cluster.name(), key.tenant());
    if (endpoint.isKeepFailure() && anchor.isPresent()) {
      return keepFailure(exchange, anchor.get(), objects);
    }
    CompletionStage<Void> accepted =
        anchor.isPresent()
            ? delete(anchor.get()).thenCompose(decided -> endAtOnce(key, pod))
            : delete(pod.get());
    return wait.of(exchange).orElse(false)
        ? accepted.thenCompose(done -> disappearance.await(key, objects))
        : accepted;
  }

  /** The anchor is gone, so the pod goes anyway: to be refused here only makes it later. */
  private CompletionStage<Void> endAtOnce(SessionKey key, Optional<Pod> pod) {
    return pod.map(this::delete)
        .orElseGet(() -> CompletableFuture.completedFuture(null))
        .exceptionally(
            thrown -> {
              LOG.warn(
                  "session={} cluster={} tenant={} ends when Kubernetes collects its pod, not at"
                      + " once: {}",
                  key.id(),
                  cluster.name(),
                  key.tenant(),
                  thrown.getCause() == null ? thrown.getMessage() : thrown.getCause().getMessage());
              return null;
            });
  }

  /** That one: not the one of a next life of the same session. */
  private CompletionStage<Void> delete(HasMetadata seen) {
    return cluster.objects().delete(ObjectRef.to(seen)).thenApply(there -> null);
  }

  /** All goes but the anchor, which tells why until the reaper takes it. */
  private CompletionStage<Void> keepFailure(
      Exchange exchange, ConfigMap anchor, List<ObjectRef> objects) {
    String until =
        Instant.now().plus(services.failureRetention()).truncatedTo(ChronoUnit.MILLIS).toString();
    Map<String, String> marks =
        Map.of(
            Annotations.FAILURE,
            FailureAnnotation.write(failure(exchange)),
            Annotations.EXPIRES_AT,
            until);
    return cluster
        .objects()
        .annotate(ObjectRef.to(anchor), marks)
        .thenCompose(
            marked ->
                CompletableFuture.allOf(
                    objects.stream()
                        .map(o -> deleteOwned(anchor, o).toCompletableFuture())
                        .toArray(CompletableFuture[]::new)));
  }

  private CompletionStage<Boolean> deleteOwned(ConfigMap anchor, ObjectRef object) {
    return cluster
        .objects()
        .get(object)
        .thenCompose(
            there ->
                there
                    .filter(o -> SameRequest.owns(anchor.getMetadata().getUid(), o))
                    .map(o -> cluster.objects().delete(ObjectRef.to(o)))
                    .orElseGet(() -> CompletableFuture.completedFuture(false)));
  }

  private static Failure failure(Exchange exchange) {
    Throwable thrown = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
    return thrown instanceof FailureException told
        ? told.failure()
        : Failure.of(FailureCode.CONFIG_ERROR, "The start failed: " + thrown);
  }
}
