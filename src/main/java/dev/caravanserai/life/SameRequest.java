package dev.caravanserai.life;

import dev.caravanserai.cluster.Cluster;
import dev.caravanserai.profile.Plan;
import dev.caravanserai.session.Annotations;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Secret;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Tells whether an anchor that has the name of a plan's own was made by the same request. */
public final class SameRequest {
  private final Cluster cluster;

  public SameRequest(Cluster cluster) {
    this.cluster = cluster;
  }

  /** Whether this very plan began it, so that only the answer to its creation was lost. */
  public static boolean begun(Plan plan, ConfigMap there) {
    return same(plan, there, Annotations.BEGUN_BY);
  }

  /**
   * Whether the same request began it, with the same Idempotency-Key. Where the Secret is not there
   * yet, {@link Plan#sameEnvironment} has to be asked again once it is.
   */
  public CompletionStage<Boolean> repeated(Plan plan, ConfigMap there) {
    if (!same(plan, there, Annotations.IDEMPOTENCY_KEY)
        || !same(plan, there, Annotations.REQUEST)) {
      return CompletableFuture.completedFuture(false);
    }
    return plan.environment()
        .map(secret -> environment(plan, there, secret.getMetadata().getName()))
        .orElseGet(() -> CompletableFuture.completedFuture(true));
  }

  private CompletionStage<Boolean> environment(Plan plan, ConfigMap there, String secret) {
    return cluster
        .objects()
        .get(Secret.class, plan.namespace(), secret)
        .thenApply(
            found ->
                found
                    .filter(one -> owns(there.getMetadata().getUid(), one))
                    .map(plan::sameEnvironment)
                    .orElseGet(() -> !started(there)));
  }

  /** Whether its session was ready once. */
  public static boolean started(ConfigMap anchor) {
    return annotations(anchor).containsKey(Annotations.STARTED_AT);
  }

  /** Whether an object is of the same life of a session as the anchor, and stays. */
  public static boolean owns(String anchorUid, HasMetadata object) {
    return object.getMetadata().getDeletionTimestamp() == null
        && Optional.ofNullable(object.getMetadata().getOwnerReferences()).stream()
            .flatMap(List::stream)
            .anyMatch(owner -> owner.getUid().equals(anchorUid));
  }

  /** Whether the plan's anchor and a living one have such an annotation, and the same. */
  private static boolean same(Plan plan, ConfigMap there, String annotation) {
    String asked = plan.anchor().getMetadata().getAnnotations().get(annotation);
    return there.getMetadata().getDeletionTimestamp() == null
        && asked != null
        && asked.equals(annotations(there).get(annotation));
  }

  private static Map<String, String> annotations(ConfigMap anchor) {
    return Optional.ofNullable(anchor.getMetadata().getAnnotations()).orElse(Map.of());
  }
}
