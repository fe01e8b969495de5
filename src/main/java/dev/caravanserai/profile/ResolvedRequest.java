package dev.caravanserai.profile;

import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.FailureException;
import dev.caravanserai.session.SessionSpec;
import dev.caravanserai.session.SessionSpec.Resources;
import dev.caravanserai.session.SessionSpec.Storage;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** A request completed by its profile's defaults. */
record ResolvedRequest(SessionSpec spec, String id, Duration startTimeout) {

  /**
   * The profile's defaults, with their expressions evaluated, under the request.
   *
   * @param caps the most of each resource; what nobody asked for is lowered to it
   * @param madeId for a request that has none
   */
  static ResolvedRequest of(
      SessionSpec spec,
      Profile profile,
      Map<String, Object> defaults,
      Map<String, String> caps,
      UUID madeId,
      PlanContext context,
      Duration most) {
    String id = spec.id().orElseGet(madeId::toString);
    Duration usual = seconds(defaults, "timeoutSeconds", context.defaultLifetime());
    Duration lifetime = spec.timeout().filter(t -> !t.isNegative() && !t.isZero()).orElse(usual);
    if (lifetime.compareTo(most) > 0) {
      lifetime = most;
    }
    SessionSpec full =
        new SessionSpec(
            spec.tenant(),
            Optional.of(profile.name()),
            Optional.of(id),
            spec.image().or(() -> text(defaults, "image")),
            command(spec, defaults),
            spec.args().isEmpty() && spec.command().isEmpty()
                ? texts(defaults, "args")
                : spec.args(),
            spec.env(),
            spec.workingDir().or(() -> text(defaults, "workingDir")),
            Optional.of(lifetime),
            resources(spec.resources(), section(defaults, "resources"), caps),
            storage(spec.storage(), section(defaults, "storage")),
            spec.labels(),
            spec.metadata(),
            spec.idempotencyKey());
    return new ResolvedRequest(
        full, id, seconds(defaults, "startTimeoutSeconds", Duration.ofMinutes(5)));
  }

  static Duration seconds(Map<String, Object> map, String key, Duration otherwise) {
    Optional<String> text = text(map, key);
    if (text.filter(t -> !t.matches("[1-9][0-9]{0,8}")).isPresent()) {
      throw FailureException.of(
          FailureCode.CONFIG_ERROR,
          "A profile's %s is '%s', but has to be whole seconds from 1. Correct it or the setting it is from."
              .formatted(key, text.get()));
    }
    return text.map(t -> Duration.ofSeconds(Long.parseLong(t))).orElse(otherwise);
  }

  /** Arguments alone are for the image's own entry point, not for the profile's keep-alive. */
  private static List<String> command(SessionSpec spec, Map<String, Object> defaults) {
    return spec.command().isEmpty() && spec.args().isEmpty()
        ? texts(defaults, "command")
        : spec.command();
  }

  /** What the request says wins; a default that contradicts it gives way. */
  private static Resources resources(
      Resources asked, Map<String, Object> defaults, Map<String, String> caps) {
    Map<String, String> limits = quantities(section(defaults, "limits"));
    Map<String, String> requests = quantities(section(defaults, "requests"));
    limits.putAll(asked.limits());
    requests.putAll(asked.requests());
    for (String name : List.copyOf(requests.keySet())) {
      if (!limits.containsKey(name) || !less(limits.get(name), requests.get(name))) {
        continue;
      }
      if (!asked.requests().containsKey(name)) {
        requests.put(name, limits.get(name));
      } else if (!asked.limits().containsKey(name)) {
        limits.put(name, requests.get(name));
      }
    }
    caps.forEach(
        (name, cap) -> {
          if (!asked.limits().containsKey(name)) {
            limits.merge(name, cap, ResolvedRequest::least);
          }
          if (!asked.requests().containsKey(name)) {
            requests.computeIfPresent(name, (n, request) -> least(request, cap));
          }
        });
    return new Resources(limits, requests);
  }

  private static String least(String a, String b) {
    return less(b, a) ? b : a;
  }

  private static boolean less(String a, String b) {
    Optional<BigDecimal> left = Quantities.amount(a);
    Optional<BigDecimal> right = Quantities.amount(b);
    return left.isPresent() && right.isPresent() && left.get().compareTo(right.get()) < 0;
  }

  private static Optional<Storage> storage(Optional<Storage> asked, Map<String, Object> defaults) {
    Optional<String> storageClass = text(defaults, "storageClass");
    Optional<String> path = text(defaults, "path").or(() -> Optional.of(Planner.WORKSPACE));
    return asked
        .map(
            s ->
                new Storage(
                    s.size(), s.storageClass().or(() -> storageClass), s.path().or(() -> path)))
        .or(() -> text(defaults, "size").map(size -> new Storage(size, storageClass, path)));
  }

  static Map<String, String> quantities(Map<String, Object> map) {
    Map<String, String> result = new LinkedHashMap<>();
    map.forEach((k, v) -> result.put(k, String.valueOf(v)));
    return result;
  }

  static Optional<String> text(Map<String, Object> map, String key) {
    return Optional.ofNullable(map.get(key)).map(String::valueOf).filter(s -> !s.isEmpty());
  }

  private static List<String> texts(Map<String, Object> map, String key) {
    return map.get(key) instanceof List<?> list
        ? list.stream().map(String::valueOf).toList()
        : List.of();
  }

  @SuppressWarnings("unchecked")
  static Map<String, Object> section(Map<String, Object> map, String key) {
    return map.get(key) instanceof Map<?, ?> section ? (Map<String, Object>) section : Map.of();
  }
}
