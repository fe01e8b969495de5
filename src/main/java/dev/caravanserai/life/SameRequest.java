package dev.caravanserai.life;

import dev.caravanserai.cluster.Objects;
import dev.caravanserai.profile.Plan;
import dev.caravanserai.session.Annotations;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Secret;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Compares the anchor that already has a plan's name with the plan. */
final class SameRequest {
  private SameRequest() {}

  /** Whether this very plan has created it, so that only the response was lost. */
  static boolean created(Plan plan, ConfigMap anchor) {
    return same(plan, anchor, Annotations.BEGUN_BY);
  }

  /**
   * Whether the same request has created it, with the same Idempotency-Key. If the session's Secret
   * does not exist yet, {@link Plan#sameEnvironment} has to be checked again once it does.
   */
  static CompletionStage<Boolean> repeated(Plan plan, ConfigMap anchor, Objects objects) {
    if (!sameKey(plan, anchor) || !same(plan, anchor, Annotations.REQUEST)) {
      return CompletableFuture.completedFuture(false);
    }
    return plan.environment()
        .map(secret -> sameEnvironment(plan, anchor, secret.getMetadata().getName(), objects))
        .orElseGet(() -> CompletableFuture.completedFuture(true));
  }

  private static CompletionStage<Boolean> sameEnvironment(
      Plan plan, ConfigMap anchor, String secret, Objects objects) {
    return objects
        .get(plan.spec().tenant(), Secret.class, plan.namespace(), secret)
        .thenApply(
            found ->
                found
                    .filter(one -> Lives.owns(anchor.getMetadata().getUid(), one))
                    .map(plan::sameEnvironment)
                    .orElseGet(() -> !Lives.started(anchor)));
  }

  /** Whether the plan's Idempotency-Key is the one that the anchor was created with. */
  static boolean sameKey(Plan plan, ConfigMap anchor) {
    return same(plan, anchor, Annotations.IDEMPOTENCY_KEY);
  }

  /** Whether the plan's anchor and a living one both have an annotation, with the same value. */
  private static boolean same(Plan plan, ConfigMap anchor, String annotation) {
    String planned = Lives.annotations(plan.anchor()).get(annotation);
    return !Lives.ending(anchor)
        && planned != null
        && planned.equals(Lives.annotations(anchor).get(annotation));
  }
}
