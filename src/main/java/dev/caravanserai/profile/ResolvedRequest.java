package dev.caravanserai.profile;

import dev.caravanserai.profile.PlanDefaults.Lifetimes;
import dev.caravanserai.profile.ProfileFile.Amounts;
import dev.caravanserai.profile.ProfileFile.Claim;
import dev.caravanserai.profile.ProfileFile.Defaults;
import dev.caravanserai.profile.ProfileFile.Limits;
import dev.caravanserai.session.SessionSpec;
import dev.caravanserai.session.SessionSpec.Resources;
import dev.caravanserai.session.SessionSpec.Storage;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A request completed by its profile's defaults; a default that contradicts the request gives way.
 *
 * @param spec has id, profile and timeout
 * @param most the longest that the session may live
 * @param startTimeout how long it may take to become ready
 */
record ResolvedRequest(SessionSpec spec, Duration most, Duration startTimeout) {
  private static final long LONGEST_SECONDS = 999_999_999;

  /**
   * @param id the session's
   * @param rules receives what exceeds the profile's limits
   * @param mistakes receives what is wrong with the profile's own values
   */
  static ResolvedRequest of(
      SessionSpec spec,
      Profile profile,
      String id,
      Expressions expressions,
      Lifetimes lifetimes,
      RequestRules rules,
      Mistakes mistakes) {
    ProfileFile file = profile.file();
    Limits limits =
        profile.bind(expressions.evaluate(file.limits(), "/limits"), Limits.class, "/limits");
    Defaults own =
        profile.bind(
            expressions.evaluate(file.defaults(), "/defaults"), Defaults.class, "/defaults");
    Duration most =
        seconds(profile, "/limits/timeoutSeconds", limits.timeoutSeconds(), mistakes)
            .filter(limit -> limit.compareTo(lifetimes.most()) < 0)
            .orElse(lifetimes.most());
    Map<String, String> caps = quantities(limits.resources());
    Optional<String> storageCap =
        Optional.ofNullable(limits.storage()).map(s -> String.valueOf(s.size()));
    quantity(profile, caps, storageCap, mistakes);
    rules.most(spec, caps, storageCap);
    spec.timeout().ifPresent(timeout -> rules.timeout(timeout, most));
    Optional<Duration> usual =
        seconds(profile, "/defaults/timeoutSeconds", own.timeoutSeconds(), mistakes);
    usual
        .filter(lifetime -> lifetime.compareTo(most) > 0)
        .filter(lifetime -> chosen(profile))
        .ifPresent(
            lifetime ->
                mistakes.add(
                    profile.wrong(
                        "/defaults/timeoutSeconds",
                        "%s is %d, more than the maximum of %d s (%s)"
                            .formatted(
                                file.defaults().get("timeoutSeconds"),
                                lifetime.toSeconds(),
                                most.toSeconds(),
                                most.equals(lifetimes.most())
                                    ? "caravanserai.session.max-timeout"
                                    : "/limits/timeoutSeconds"))));
    Duration lifetime =
        spec.timeout()
            .filter(timeout -> !timeout.isNegative() && !timeout.isZero())
            .or(() -> usual)
            .orElse(lifetimes.usual());
    boolean ownCommand = spec.command().isEmpty() && spec.args().isEmpty();
    SessionSpec full =
        spec.with(
            to ->
                to.profile(Optional.of(profile.name()))
                    .id(Optional.of(id))
                    .image(spec.image().or(() -> text(own.image())))
                    .command(ownCommand ? own.command() : spec.command())
                    .args(ownCommand ? own.args() : spec.args())
                    .workingDir(spec.workingDir().or(() -> text(own.workingDir())))
                    .timeout(Optional.of(lifetime.compareTo(most) > 0 ? most : lifetime))
                    .resources(resources(spec.resources(), own.resources(), caps))
                    .storage(storage(spec.storage(), Optional.ofNullable(own.storage()))));
    return new ResolvedRequest(
        full,
        most,
        seconds(profile, "/defaults/startTimeoutSeconds", own.startTimeoutSeconds(), mistakes)
            .orElse(lifetimes.start()));
  }

  /** Whether the default lifetime is from a setting that is not at its default. */
  private static boolean chosen(Profile profile) {
    String lifetime = String.valueOf(profile.file().defaults().get("timeoutSeconds"));
    return profile.file().settings().entrySet().stream()
        .filter(s -> !s.getValue().text().equals(profile.settings().get(s.getKey())))
        .anyMatch(s -> lifetime.contains("settings." + s.getKey()));
  }

  private static Optional<Duration> seconds(
      Profile profile, String path, Long seconds, Mistakes mistakes) {
    if (seconds != null && (seconds < 1 || seconds > LONGEST_SECONDS)) {
      mistakes.add(
          profile.wrong(path, "it must be 1 to %d, not %d".formatted(LONGEST_SECONDS, seconds)));
      return Optional.empty();
    }
    return Optional.ofNullable(seconds).map(Duration::ofSeconds);
  }

  private static void quantity(
      Profile profile, Map<String, String> caps, Optional<String> storageCap, Mistakes mistakes) {
    Map<String, String> all = new LinkedHashMap<>();
    caps.forEach((name, cap) -> all.put("/limits/resources/" + name, cap));
    storageCap.ifPresent(cap -> all.put("/limits/storage/size", cap));
    all.forEach(
        (path, cap) -> {
          if (Quantities.amount(cap).isEmpty()) {
            mistakes.add(
                profile.wrong(path, "'%s' is not a quantity such as 500m or 1Gi".formatted(cap)));
          }
        });
  }

  private static Resources resources(Resources asked, Amounts defaults, Map<String, String> caps) {
    Map<String, String> limits = quantities(defaults.limits());
    Map<String, String> requests = quantities(defaults.requests());
    limits.putAll(asked.limits());
    requests.putAll(asked.requests());
    for (String name : List.copyOf(requests.keySet())) {
      String limit = limits.get(name);
      String request = requests.get(name);
      if (limit == null || !(Quantities.less(limit, request) || equalOnly(name))) {
        continue;
      }
      if (!asked.requests().containsKey(name)) {
        requests.put(name, limit);
      } else if (!asked.limits().containsKey(name)) {
        limits.put(name, request);
      }
    }
    caps.forEach(
        (name, cap) -> {
          if (!asked.limits().containsKey(name) && equalOnly(name)) {
            limits.computeIfPresent(name, (n, limit) -> Quantities.least(limit, cap));
          } else if (!asked.limits().containsKey(name)) {
            limits.merge(name, cap, Quantities::least);
          }
          if (!asked.requests().containsKey(name)) {
            requests.computeIfPresent(name, (n, request) -> Quantities.least(request, cap));
          }
        });
    return new Resources(limits, requests);
  }

  /** Extended resources and huge pages: Kubernetes wants their request to equal their limit. */
  private static boolean equalOnly(String resource) {
    return resource.contains("/") || resource.startsWith("hugepages-");
  }

  private static Optional<Storage> storage(Optional<Storage> asked, Optional<Claim> defaults) {
    Optional<String> storageClass = defaults.flatMap(claim -> text(claim.storageClass()));
    Optional<String> path =
        defaults.flatMap(claim -> text(claim.path())).or(() -> Optional.of(Planner.WORKSPACE));
    Optional<Storage> usual =
        defaults
            .flatMap(claim -> text(claim.size()))
            .map(size -> new Storage(size, storageClass, path));
    return asked
        .map(
            s ->
                new Storage(
                    s.size(), s.storageClass().or(() -> storageClass), s.path().or(() -> path)))
        .or(() -> usual);
  }

  private static Map<String, String> quantities(Map<String, Object> map) {
    Map<String, String> result = new LinkedHashMap<>();
    map.forEach((name, amount) -> result.put(name, String.valueOf(amount)));
    return result;
  }

  private static Optional<String> text(Object value) {
    return Optional.ofNullable(value).map(String::valueOf).filter(text -> !text.isEmpty());
  }
}
