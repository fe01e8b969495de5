package dev.caravanserai.profile;

import dev.caravanserai.profile.PlanDefaults.Lifetimes;
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
 * A request completed by its profile's defaults; a default that contradicts the request is adapted.
 *
 * @param spec has id, profile and timeout
 * @param most the longest that the session may live
 * @param startTimeout how long it may take to become ready
 */
record ResolvedRequest(SessionSpec spec, Duration most, Duration startTimeout) {
  static final long LONGEST_SECONDS = 999_999_999;

  /**
   * @param id the session's
   * @param rules receives what exceeds the profile's limits
   */
  static ResolvedRequest of(
      SessionSpec spec, Profile profile, String id, Lifetimes lifetimes, RequestRules rules) {
    Defaults own = profile.defaults();
    Limits limits = profile.limits();
    Duration most = lifetimes.most(limits);
    rules.most(spec, profile);
    spec.timeout().ifPresent(timeout -> rules.timeout(timeout, most, lifetimes.source(limits)));
    Duration lifetime =
        spec.timeout().or(() -> seconds(own.timeoutSeconds())).orElse(lifetimes.usual());
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
                    .resources(resources(spec.resources(), own.quantities(), limits.quantities()))
                    .storage(
                        storage(
                            spec.storage(),
                            Optional.ofNullable(own.storage()),
                            limits.storageSize())));
    return new ResolvedRequest(
        full, most, seconds(own.startTimeoutSeconds()).orElse(lifetimes.start()));
  }

  /** A profile's time; empty if it has none, or one that its check rejects. */
  static Optional<Duration> seconds(Long seconds) {
    return Optional.ofNullable(seconds)
        .filter(s -> s >= 1 && s <= LONGEST_SECONDS)
        .map(Duration::ofSeconds);
  }

  private static Resources resources(
      Resources asked, Resources defaults, Map<String, String> caps) {
    Map<String, String> limits = new LinkedHashMap<>(defaults.limits());
    Map<String, String> requests = new LinkedHashMap<>(defaults.requests());
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

  /** Extended resources and huge pages: Kubernetes requires request and limit to be equal. */
  private static boolean equalOnly(String resource) {
    return resource.contains("/") || resource.startsWith("hugepages-");
  }

  private static Optional<Storage> storage(
      Optional<Storage> asked, Optional<Claim> defaults, Optional<String> cap) {
    Optional<String> storageClass = defaults.flatMap(claim -> text(claim.storageClass()));
    Optional<String> path =
        defaults.flatMap(claim -> text(claim.path())).or(() -> Optional.of(Planner.WORKSPACE));
    Optional<Storage> usual =
        defaults
            .flatMap(claim -> text(claim.size()))
            .map(size -> cap.map(most -> Quantities.least(size, most)).orElse(size))
            .map(size -> new Storage(size, storageClass, path));
    return asked
        .map(
            s ->
                new Storage(
                    s.size(), s.storageClass().or(() -> storageClass), s.path().or(() -> path)))
        .or(() -> usual);
  }

  private static Optional<String> text(Object value) {
    return Optional.ofNullable(value).map(String::valueOf).filter(text -> !text.isEmpty());
  }
}
