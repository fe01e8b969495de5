package dev.caravanserai.life;

import dev.caravanserai.cluster.ObjectRef;
import dev.caravanserai.cluster.Objects;
import dev.caravanserai.profile.Plan;
import dev.caravanserai.session.Causes;
import dev.caravanserai.session.FailureCode;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/**
 * Finds the object whose name a refused create would have taken. Any refusal may hide one: the API
 * server checks quotas and admission before the name.
 */
final class RefusedCreate {
  private static final Executor A_SECOND_LATER =
      CompletableFuture.delayedExecutor(1, TimeUnit.SECONDS);

  private RefusedCreate() {}

  /**
   * @return the object of that name; empty also if the create was refused for another reason than
   *     the name, and the object cannot be read; fails if a name that is taken cannot be read
   */
  static CompletionStage<Optional<HasMetadata>> existing(
      Objects objects, Plan plan, HasMetadata object, Throwable refusal) {
    ObjectRef name = ObjectRef.to(object).anyLife();
    String tenant = plan.spec().tenant();
    return objects
        .get(tenant, name)
        .thenCompose(
            found ->
                found.isEmpty() && countedTwice(plan, refusal)
                    ? CompletableFuture.supplyAsync(() -> name, A_SECOND_LATER)
                        .thenCompose(again -> objects.get(tenant, again))
                    : CompletableFuture.completedFuture(found))
        .exceptionallyCompose(
            unreadable ->
                Causes.is(FailureCode.CONFLICT, refusal)
                    ? CompletableFuture.failedFuture(unreadable)
                    : CompletableFuture.completedFuture(Optional.empty()));
  }

  /** A quota counts the object of a repeated request a moment before that object can be read. */
  private static boolean countedTwice(Plan plan, Throwable refusal) {
    return plan.spec().idempotencyKey().isPresent()
        && Causes.is(FailureCode.QUOTA_EXCEEDED, refusal);
  }
}
