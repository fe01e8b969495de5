package dev.caravanserai.life;

import dev.caravanserai.cluster.Cluster;
import dev.caravanserai.profile.Plan;
import dev.caravanserai.session.InvalidRequestException;
import dev.caravanserai.session.InvalidRequestException.Violation;
import dev.caravanserai.session.Labels;
import dev.caravanserai.session.Names;
import dev.caravanserai.session.SessionSpec;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Checks whether a request may use the claims that it names. A claim belongs to the tenant of its
 * label {@link Labels#TENANT}, without that label to the default tenant. The claim of a session can
 * be used by that session only.
 */
public final class NamedClaims {
  private final Cluster cluster;

  public NamedClaims(Cluster cluster) {
    this.cluster = cluster;
  }

  /**
   * @return the plan; fails with an {@link InvalidRequestException} that names every claim that
   *     does not exist or belongs to another tenant, without saying which of both
   */
  public CompletionStage<Plan> allowed(Plan plan) {
    List<CompletableFuture<Optional<Violation>>> asked =
        plan.claims().entrySet().stream()
            .map(claim -> check(plan, claim.getKey(), claim.getValue()).toCompletableFuture())
            .toList();
    return CompletableFuture.allOf(asked.toArray(CompletableFuture[]::new))
        .thenApply(
            done -> {
              List<Violation> violations = asked.stream().flatMap(a -> a.join().stream()).toList();
              if (!violations.isEmpty()) {
                throw new InvalidRequestException(violations);
              }
              return plan;
            });
  }

  private CompletionStage<Optional<Violation>> check(Plan plan, String claim, String pointer) {
    return cluster
        .objects()
        .get(plan.spec().tenant(), PersistentVolumeClaim.class, plan.namespace(), claim)
        .thenApply(found -> wrong(plan, claim, found).map(why -> new Violation(pointer, why)));
  }

  private static Optional<String> wrong(
      Plan plan, String claim, Optional<PersistentVolumeClaim> found) {
    String tenant = plan.spec().tenant();
    Map<String, String> labels = found.map(c -> c.getMetadata().getLabels()).orElse(Map.of());
    String owner = labels.getOrDefault(Labels.TENANT, SessionSpec.DEFAULT_TENANT);
    if (found.isEmpty() || !owner.equals(Names.label(tenant))) {
      return Optional.of(
          "there is no claim %s of tenant %s in namespace %s; create it, with the label %s=%s"
              .formatted(claim, tenant, plan.namespace(), Labels.TENANT, Names.label(tenant)));
    }
    if (labels.containsKey(Labels.SESSION)) {
      return Optional.of(
          "the claim %s belongs to another session and is deleted with it; name one that belongs to none"
              .formatted(claim));
    }
    return Optional.empty();
  }
}
