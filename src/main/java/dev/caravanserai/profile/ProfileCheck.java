package dev.caravanserai.profile;

import dev.caravanserai.profile.PlanDefaults.Lifetimes;
import dev.caravanserai.session.FailureException;
import dev.caravanserai.session.InvalidRequestException;
import dev.caravanserai.session.SessionSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Finds mistakes of a profile that its file alone does not show. Runs when the server starts. */
final class ProfileCheck {
  private final Profile profile;
  private final Lifetimes lifetimes;
  private final Mistakes mistakes;

  /**
   * @param mistakes receives every mistake, with its place in the file
   */
  ProfileCheck(Profile profile, Lifetimes lifetimes, Mistakes mistakes) {
    this.profile = profile;
    this.lifetimes = lifetimes;
    this.mistakes = mistakes;
  }

  /** Checks defaults and limits, then plans sample sessions. */
  void run(Planner planner) {
    RequestField.unused(profile.used())
        .filter(field -> profile.file().defaults().containsKey(field.key()))
        .forEach(
            field ->
                wrong(
                    "/defaults/" + field.key(),
                    "no object uses it; an object uses it by " + field.expressions()));
    limits();
    seconds("/defaults/timeoutSeconds", profile.defaults().timeoutSeconds());
    seconds("/defaults/startTimeoutSeconds", profile.defaults().startTimeoutSeconds());
    lifetime();
    for (SessionSpec request : SampleRequests.of(profile)) {
      ResolvedRequest resolved =
          ResolvedRequest.of(request, profile, "sample", lifetimes, new RequestRules());
      new RequestRules()
          .values(resolved.spec())
          .violations()
          .forEach(v -> wrong("/defaults" + v.pointer(), v.message()));
      names(planner, request);
    }
  }

  private void limits() {
    seconds("/limits/timeoutSeconds", profile.limits().timeoutSeconds());
    profile
        .limits()
        .quantities()
        .forEach((name, cap) -> quantity("/limits/resources/" + name, cap));
    profile.limits().storageSize().ifPresent(cap -> quantity("/limits/storage/size", cap));
  }

  private void seconds(String path, Long seconds) {
    if (seconds != null && ResolvedRequest.seconds(seconds).isEmpty()) {
      wrong(path, "it must be 1 to %d, not %d".formatted(ResolvedRequest.LONGEST_SECONDS, seconds));
    }
  }

  private void quantity(String path, String cap) {
    if (Quantities.amount(cap).isEmpty()) {
      wrong(path, "'%s' is not a quantity such as 500m or 1Gi".formatted(cap));
    }
  }

  /**
   * A literal default above the maximum is lowered to it; one of a changed setting is a mistake.
   */
  private void lifetime() {
    Duration most = lifetimes.most(profile.limits());
    String text = String.valueOf(profile.file().defaults().get("timeoutSeconds"));
    boolean changed =
        profile.file().settings().entrySet().stream()
            .filter(s -> !s.getValue().text().equals(profile.settings().get(s.getKey())))
            .anyMatch(s -> text.contains("settings." + s.getKey()));
    ResolvedRequest.seconds(profile.defaults().timeoutSeconds())
        .filter(lifetime -> changed && lifetime.compareTo(most) > 0)
        .ifPresent(
            lifetime ->
                wrong(
                    "/defaults/timeoutSeconds",
                    "%s is %d, more than the maximum of %d s (%s)"
                        .formatted(
                            text,
                            lifetime.toSeconds(),
                            most.toSeconds(),
                            lifetimes.source(profile.limits()))));
  }

  /** Plans a request for several sessions, up to the first that cannot be planned. */
  private void names(Planner planner, SessionSpec request) {
    List<Plan> plans = new ArrayList<>();
    for (SessionSpec session : SampleRequests.sessions(request)) {
      Optional<Plan> plan = plan(planner, session);
      if (plan.isEmpty()) {
        break;
      }
      plans.add(plan.get());
    }
    DerivedNames.shared(plans).forEach(why -> wrong("/objects", why));
    plans.stream()
        .findFirst()
        .flatMap(DerivedNames::clash)
        .map(why -> profile.wrong("/objects", why))
        .ifPresent(mistakes::add);
  }

  /** Empty if the request cannot be planned. */
  private Optional<Plan> plan(Planner planner, SessionSpec request) {
    try {
      return Optional.of(planner.sample(request));
    } catch (InvalidRequestException e) {
      mistakes.add(
          "Profile %s (%s): no session of it can start: %s."
              .formatted(profile.name(), profile.source(), e.failure().message()));
    } catch (FailureException e) {
      mistakes.add(e);
    }
    return Optional.empty();
  }

  private void wrong(String path, String what) {
    mistakes.add(profile.wrong(path, what).failure().message());
  }
}
