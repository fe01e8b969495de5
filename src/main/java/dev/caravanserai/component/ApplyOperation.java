package dev.caravanserai.component;

import dev.caravanserai.cluster.Cluster;
import dev.caravanserai.cluster.ObjectRef;
import dev.caravanserai.life.Keys;
import dev.caravanserai.life.SameRequest;
import dev.caravanserai.life.UnconfirmedCreates;
import dev.caravanserai.profile.Plan;
import dev.caravanserai.session.Annotations;
import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.FailureException;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.apache.camel.Exchange;
import org.apache.camel.InvalidPayloadException;

/**
 * Creates what a plan says. The anchor's fixed name decides who makes the session when several try:
 * whoever finds it taken by the same request (same Idempotency-Key, same request) joins it, anybody
 * else is told CONFLICT. Who finds its own mark there began it itself, and only the answer was
 * lost.
 */
final class ApplyOperation implements PodOperation {
  private final String part;
  private final Cluster cluster;
  private final UnconfirmedCreates unanswered;
  private final SameRequest sameRequest;

  /**
   * @param part {@code anchor}, or all others
   */
  ApplyOperation(String part, Cluster cluster, UnconfirmedCreates unanswered) {
    this.part = part;
    this.cluster = cluster;
    this.unanswered = unanswered;
    this.sameRequest = new SameRequest(cluster);
  }

  @Override
  public CompletionStage<Plan> run(Exchange exchange) throws InvalidPayloadException {
    Plan plan = exchange.getMessage().getMandatoryBody(Plan.class);
    return "anchor".equals(part) ? anchor(plan, exchange) : rest(plan, exchange);
  }

  private CompletionStage<Plan> anchor(Plan plan, Exchange exchange) {
    return cluster
        .watch(plan.namespace())
        .thenCompose(watching -> usedForAnotherId(plan) ? failed(taken(plan)) : create(plan))
        .thenApply(made -> placed(plan, exchange, made, false))
        .exceptionallyCompose(thrown -> conflict(thrown) ? join(plan, exchange) : failed(thrown))
        .whenComplete(
            (placed, thrown) -> {
              if (thrown != null && isA(FailureCode.CLUSTER_UNREACHABLE, thrown)) {
                unanswered.add(plan);
              }
            });
  }

  private CompletionStage<ConfigMap> create(Plan plan) {
    return cluster.objects().create(plan.anchor());
  }

  /** A key without an id gives the id, so only one with an id of its own can go astray. */
  private boolean usedForAnotherId(Plan plan) {
    return Optional.ofNullable(
            plan.anchor().getMetadata().getAnnotations().get(Annotations.IDEMPOTENCY_KEY))
        .flatMap(key -> cluster.sessions().madeWith(plan.spec().tenant(), key))
        .filter(id -> !id.equals(plan.id()))
        .isPresent();
  }

  private CompletionStage<Plan> join(Plan plan, Exchange exchange) {
    return cluster
        .objects()
        .get(ConfigMap.class, plan.namespace(), plan.anchor().getMetadata().getName())
        .thenCompose(
            there -> there.isEmpty() ? failed(taken(plan)) : join(plan, exchange, there.get()));
  }

  private CompletionStage<Plan> join(Plan plan, Exchange exchange, ConfigMap there) {
    if (SameRequest.begun(plan, there)) {
      return CompletableFuture.completedFuture(placed(plan, exchange, there, false));
    }
    return sameRequest
        .repeated(plan, there)
        .thenCompose(
            repeated ->
                repeated ? cluster.sessions().refresh(Keys.of(cluster, plan)) : failed(taken(plan)))
        .thenApply(known -> placed(plan, exchange, there, true));
  }

  private static Plan placed(Plan plan, Exchange exchange, ConfigMap anchor, boolean joined) {
    exchange.getMessage().setHeader(PodConstants.ANCHOR_UID, anchor.getMetadata().getUid());
    exchange.getMessage().setHeader(PodConstants.JOINED, joined);
    return plan;
  }

  /** Whether the anchor was there already, made by the same request. */
  static boolean joined(Exchange exchange) {
    return exchange.getMessage().getHeader(PodConstants.JOINED, false, Boolean.class);
  }

  private static FailureException taken(Plan plan) {
    return FailureException.of(
        FailureCode.CONFLICT,
        plan.spec().idempotencyKey().isPresent()
            ? "The Idempotency-Key was used for another request: repeat that request as it was, or use a new key."
            : "There is a session %s already: use it, stop it, or choose another id."
                .formatted(plan.id()));
  }

  private CompletionStage<Plan> rest(Plan plan, Exchange exchange) {
    String anchorUid = exchange.getMessage().getHeader(PodConstants.ANCHOR_UID, String.class);
    if (joined(exchange) && started(plan)) {
      return CompletableFuture.completedFuture(plan);
    }
    OwnerReference owner = plan.owner(anchorUid);
    CompletableFuture<?>[] others =
        plan.objects().stream()
            .map(object -> create(plan, owned(object, owner), exchange).toCompletableFuture())
            .toArray(CompletableFuture[]::new);
    return CompletableFuture.allOf(others)
        .thenCompose(made -> create(plan, owned(plan.pod(), owner), exchange))
        .thenApply(made -> plan);
  }

  private boolean started(Plan plan) {
    return cluster
        .sessions()
        .anchor(Keys.of(cluster, plan))
        .filter(SameRequest::started)
        .isPresent();
  }

  private static <T extends HasMetadata> T owned(T object, OwnerReference owner) {
    T copy = Serialization.clone(object);
    copy.getMetadata().setOwnerReferences(List.of(owner));
    return copy;
  }

  /** Creates it; one that is there already is as good if the same anchor owns it. */
  private <T extends HasMetadata> CompletionStage<T> create(
      Plan plan, T object, Exchange exchange) {
    return cluster
        .objects()
        .create(object)
        .exceptionallyCompose(
            thrown -> conflict(thrown) ? accept(plan, object, exchange, thrown) : failed(thrown));
  }

  @SuppressWarnings("unchecked")
  private <T extends HasMetadata> CompletionStage<T> accept(
      Plan plan, T object, Exchange exchange, Throwable conflict) {
    String anchorUid = exchange.getMessage().getHeader(PodConstants.ANCHOR_UID, String.class);
    ObjectRef ref = ObjectRef.to(object);
    return cluster
        .objects()
        .get(ref)
        .thenApply(found -> found.map(there -> (T) there))
        .thenCompose(
            there -> {
              if (there.filter(found -> SameRequest.owns(anchorUid, found)).isEmpty()) {
                return failed(conflict);
              }
              if (of(plan, there.get())) {
                return CompletableFuture.completedFuture(there.get());
              }
              exchange.getMessage().setHeader(PodConstants.JOINED, true);
              return failed(taken(plan));
            });
  }

  /**
   * A repeated request may be another one after all: its environment is told by its Secret only. Of
   * two at the same moment whose Secret is there first has the session, whoever made the anchor.
   */
  private static boolean of(Plan plan, HasMetadata there) {
    boolean environment =
        there instanceof Secret
            && plan.environment()
                .map(ObjectRef::to)
                .filter(ObjectRef.to(there).anyLife()::equals)
                .isPresent();
    return !environment || plan.sameEnvironment((Secret) there);
  }

  private static boolean conflict(Throwable thrown) {
    return isA(FailureCode.CONFLICT, thrown);
  }

  private static boolean isA(FailureCode code, Throwable thrown) {
    Throwable cause = thrown instanceof CompletionException ? thrown.getCause() : thrown;
    return cause instanceof FailureException failure && failure.failure().code() == code;
  }

  private static <T> CompletionStage<T> failed(Throwable thrown) {
    return CompletableFuture.failedFuture(
        thrown instanceof CompletionException ? thrown.getCause() : thrown);
  }
}
