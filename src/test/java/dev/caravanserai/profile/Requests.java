package dev.caravanserai.profile;

import dev.caravanserai.session.SessionSpec;
import dev.caravanserai.session.SessionSpec.Resources;
import dev.caravanserai.session.SessionSpec.Storage;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Requests for tests: an empty one, and changes to it. */
record Requests(SessionSpec spec) {
  static final Instant NOW = Instant.parse("2026-11-21T08:00:00Z");

  static Requests of(String profile) {
    return new Requests(
        new SessionSpec(
            "default",
            Optional.of(profile),
            Optional.of("one"),
            Optional.of("busybox:1"),
            List.of(),
            List.of(),
            Map.of(),
            Optional.empty(),
            Optional.empty(),
            Resources.NONE,
            Optional.empty(),
            Map.of(),
            Map.of(),
            Optional.empty()));
  }

  static PlanContext context() {
    return context(Map.of());
  }

  static PlanContext context(Map<String, String> settings) {
    return new PlanContext(
        NOW,
        new UUID(1, 2),
        settings,
        "sessions",
        Duration.ofHours(1),
        Duration.ofHours(24),
        "here",
        "default");
  }

  Requests id(String id) {
    return with(
        Optional.ofNullable(id), spec.image(), spec.command(), spec.env(), spec.idempotencyKey());
  }

  Requests image(String image) {
    return with(
        spec.id(), Optional.ofNullable(image), spec.command(), spec.env(), spec.idempotencyKey());
  }

  Requests command(String... command) {
    return with(spec.id(), spec.image(), List.of(command), spec.env(), spec.idempotencyKey());
  }

  Requests env(Map<String, String> env) {
    return with(spec.id(), spec.image(), spec.command(), env, spec.idempotencyKey());
  }

  Requests key(String key) {
    return with(spec.id(), spec.image(), spec.command(), spec.env(), Optional.of(key));
  }

  private Requests with(
      Optional<String> id,
      Optional<String> image,
      List<String> command,
      Map<String, String> env,
      Optional<String> key) {
    return new Requests(
        new SessionSpec(
            spec.tenant(),
            spec.profile(),
            id,
            image,
            command,
            spec.args(),
            env,
            spec.workingDir(),
            spec.timeout(),
            spec.resources(),
            spec.storage(),
            spec.labels(),
            spec.metadata(),
            key));
  }

  Requests tenant(String tenant) {
    return new Requests(
        new SessionSpec(
            tenant,
            spec.profile(),
            spec.id(),
            spec.image(),
            spec.command(),
            spec.args(),
            spec.env(),
            spec.workingDir(),
            spec.timeout(),
            spec.resources(),
            spec.storage(),
            spec.labels(),
            spec.metadata(),
            spec.idempotencyKey()));
  }

  Requests and(
      Optional<Duration> timeout,
      Resources resources,
      Optional<Storage> storage,
      Map<String, String> labels,
      Map<String, Object> metadata) {
    return new Requests(
        new SessionSpec(
            spec.tenant(),
            spec.profile(),
            spec.id(),
            spec.image(),
            spec.command(),
            spec.args(),
            spec.env(),
            spec.workingDir(),
            timeout,
            resources,
            storage,
            labels,
            metadata,
            spec.idempotencyKey()));
  }

  Requests metadata(Map<String, Object> metadata) {
    return and(spec.timeout(), spec.resources(), spec.storage(), spec.labels(), metadata);
  }

  Requests storage(String size) {
    return and(
        spec.timeout(),
        spec.resources(),
        Optional.of(new Storage(size, Optional.empty(), Optional.empty())),
        spec.labels(),
        spec.metadata());
  }

  Plan plan() {
    return plan(context());
  }

  Plan plan(PlanContext context) {
    return new Planner(Profiles.shipped()).plan(spec, context);
  }
}
