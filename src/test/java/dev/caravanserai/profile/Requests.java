package dev.caravanserai.profile;

import dev.caravanserai.profile.PlanDefaults.Lifetimes;
import dev.caravanserai.session.SessionSpec;
import dev.caravanserai.session.SessionSpec.Resources;
import dev.caravanserai.session.SessionSpec.Storage;
import dev.caravanserai.session.SessionSpecBuilder;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;

/** Requests for tests: a minimal one, with changes. */
record Requests(SessionSpec spec) {
  static final Duration START_TIMEOUT = Duration.ofSeconds(77);
  static final Instant NOW = Instant.parse("2026-11-21T08:00:00Z");
  private static final Planner SHIPPED = new Planner(Profiles.shipped(), defaults());

  static Requests of(String profile) {
    return new Requests(
        SessionSpec.of("default")
            .with(
                draft ->
                    draft
                        .profile(Optional.of(profile))
                        .id(Optional.of("one"))
                        .image(Optional.of("busybox:1"))));
  }

  static PlanDefaults defaults() {
    return new PlanDefaults(
        "sessions",
        "here",
        "default",
        new Lifetimes(Duration.ofHours(1), Duration.ofHours(24), START_TIMEOUT),
        128 * 1024);
  }

  Requests id(String id) {
    return with(draft -> draft.id(Optional.ofNullable(id)));
  }

  Requests image(String image) {
    return with(draft -> draft.image(Optional.ofNullable(image)));
  }

  Requests command(String... command) {
    return with(draft -> draft.command(List.of(command)));
  }

  Requests args(String... args) {
    return with(draft -> draft.args(List.of(args)));
  }

  Requests workingDir(String dir) {
    return with(draft -> draft.workingDir(Optional.of(dir)));
  }

  Requests env(Map<String, String> env) {
    return with(draft -> draft.env(env));
  }

  Requests key(String key) {
    return with(draft -> draft.idempotencyKey(Optional.of(key)));
  }

  Requests tenant(String tenant) {
    return with(draft -> draft.tenant(tenant));
  }

  Requests timeout(Duration timeout) {
    return with(draft -> draft.timeout(Optional.of(timeout)));
  }

  Requests resources(Map<String, String> limits, Map<String, String> requests) {
    return with(draft -> draft.resources(new Resources(limits, requests)));
  }

  Requests storage(String size) {
    Storage storage = new Storage(size, Optional.empty(), Optional.empty());
    return with(draft -> draft.storage(Optional.of(storage)));
  }

  Requests storage(String size, String path) {
    Storage storage = new Storage(size, Optional.empty(), Optional.of(path));
    return with(draft -> draft.storage(Optional.of(storage)));
  }

  Requests labels(Map<String, String> labels) {
    return with(draft -> draft.labels(labels));
  }

  Requests metadata(Map<String, Object> metadata) {
    return with(draft -> draft.metadata(metadata));
  }

  private Requests with(Consumer<SessionSpecBuilder> change) {
    return new Requests(spec.with(change));
  }

  Plan plan() {
    return plan(SHIPPED);
  }

  Plan plan(Map<String, String> environment) {
    return plan(new Planner(Profiles.load(Optional.empty(), environment), defaults()));
  }

  Plan plan(Planner planner) {
    return planner.plan(spec, NOW, new UUID(1, 2));
  }
}
