package dev.caravanserai.life;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravanserai.contract.Contract;
import dev.caravanserai.profile.Plan;
import dev.caravanserai.profile.PlanDefaults;
import dev.caravanserai.profile.PlanDefaults.Lifetimes;
import dev.caravanserai.profile.Planner;
import dev.caravanserai.profile.Profiles;
import dev.caravanserai.session.SessionSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Plans of the shipped default profile on the {@link MemoryCluster}. */
final class Plans {
  private static final Contract CONTRACT = Contract.load();
  private static final Planner PLANNER =
      new Planner(
          Profiles.shipped(),
          new PlanDefaults(
              "ns",
              "memory",
              "default",
              new Lifetimes(Duration.ofMinutes(10), Duration.ofHours(1), Duration.ofMinutes(5)),
              1024));

  private Plans() {}

  static Plan of(Map<String, ?> request) {
    return of(request, Optional.empty());
  }

  static Plan of(Map<String, ?> request, Optional<String> idempotencyKey) {
    SessionSpec spec =
        CONTRACT.readSession(new ObjectMapper().valueToTree(request), "default", idempotencyKey);
    return PLANNER.plan(spec, Instant.now(), UUID.randomUUID());
  }
}
