package dev.caravanserai.profile;

import dev.caravanserai.session.Annotations;
import dev.caravanserai.session.Expiry;
import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.FailureException;
import dev.caravanserai.session.InvalidRequestException;
import dev.caravanserai.session.Names;
import dev.caravanserai.session.SessionSpec;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * From a request to its plan. A pure function: the same request, context and profiles give the same
 * plan, and nothing is touched. Thread safe.
 */
public final class Planner {
  /** How much metadata a session keeps, in bytes of JSON: it has to fit into annotations. */
  static final int MAX_METADATA = 128 * 1024;

  static final String WORKSPACE = "/workspace";

  private final Profiles profiles;

  public Planner(Profiles profiles) {
    this.profiles = profiles;
  }

  /**
   * @throws InvalidRequestException with everything that is wrong with the request
   * @throws FailureException CONFIG_ERROR when the profile cannot be evaluated for it
   */
  public Plan plan(SessionSpec request, PlanContext context) {
    RequestRules rules = new RequestRules();
    rules.request(request);
    String wanted = request.profile().orElse(context.defaultProfile());
    Optional<Profile> known = profiles.find(wanted);
    if (known.isEmpty()) {
      String names = String.join(", ", profiles.names());
      rules.add("/profile", "there is no profile '%s'; there are %s".formatted(wanted, names));
    }
    if (Stamp.json(request.metadata()).getBytes(StandardCharsets.UTF_8).length > MAX_METADATA) {
      rules.add("/metadata", "must not exceed %d bytes".formatted(MAX_METADATA));
    }
    if (known.isEmpty()) {
      request.timeout().ifPresent(t -> rules.timeout(t, context.maxLifetime()));
      rules.hold();
    }
    return plan(request, context, known.orElseThrow(), rules);
  }

  private Plan plan(SessionSpec request, PlanContext context, Profile profile, RequestRules rules) {
    Map<String, Object> variables = new LinkedHashMap<>();
    variables.put("settings", profile.settings(context.settings()));
    Expressions early = new Expressions(profile.name(), variables);
    Map<String, Object> limits = map(early, profile.limits(), "/limits");
    Duration most =
        min(
            context.maxLifetime(),
            ResolvedRequest.seconds(limits, "timeoutSeconds", context.maxLifetime()));
    Map<String, String> caps =
        ResolvedRequest.quantities(ResolvedRequest.section(limits, "resources"));
    Optional<String> storage =
        ResolvedRequest.text(ResolvedRequest.section(limits, "storage"), "size");
    Stream.concat(caps.values().stream(), storage.stream())
        .filter(cap -> Quantities.amount(cap).isEmpty())
        .findFirst()
        .ifPresent(
            cap -> {
              throw wrong(
                  profile, "/limits: '%s' is no quantity such as 500m or 1Gi".formatted(cap));
            });
    rules.most(request, caps, storage);
    request.timeout().ifPresent(t -> rules.timeout(t, most));
    Map<String, Object> defaults = map(early, profile.defaults(), "/defaults");
    Optional<IdempotencyKey> once =
        request.idempotencyKey().map(key -> IdempotencyKey.of(request.tenant(), key));
    UUID madeId = once.map(IdempotencyKey::id).orElse(context.freshId());
    ResolvedRequest completed =
        ResolvedRequest.of(request, profile, defaults, caps, madeId, context, most);
    SessionSpec spec = completed.spec();
    if (spec.image().isEmpty()) {
      rules.add("/image", "is required: profile %s has none of its own".formatted(profile.name()));
    }
    rules.order(spec.resources().limits(), spec.resources().requests());
    rules.metadata(request.metadata(), profile.metadata());
    rules.clash(request.labels(), profile.labels().keySet(), profile.name());
    rules.hold();
    sound(profile, spec);

    String slug = Names.slug(spec.tenant(), completed.id(), profile.names().length());
    Map<String, String> names = profile.names().of(slug);
    String namespace = profile.namespace(context.settings()).orElse(context.defaultNamespace());
    Expiry expiry =
        new Expiry(context.now().truncatedTo(ChronoUnit.MILLIS), spec.timeout().orElseThrow());
    variables.put("id", completed.id());
    variables.put("tenant", spec.tenant());
    variables.put("cluster", context.cluster());
    variables.put("namespace", namespace);
    variables.put("profile", profile.name());
    variables.put("container", profile.container());
    variables.put("createdAt", expiry.createdAt().toString());
    variables.put("names", names);
    variables.put("metadata", spec.metadata());
    Expressions late = new Expressions(profile.name(), variables);
    Environment environment =
        Environment.of(
            names.get("secret"),
            request.env(),
            texts(late, profile.environment(), "/environment/variables"),
            profile.requestWins());
    variables.put("env", environment.references());
    variables.put("spec", visible(request, spec));

    List<HasMetadata> objects = new ArrayList<>();
    environment.asSecret().ifPresent(objects::add);
    objects.addAll(
        ObjectReader.read(profile, (List<?>) late.evaluate(profile.objects(), "/objects")));
    Pod pod =
        objects.stream()
            .filter(Pod.class::isInstance)
            .map(Pod.class::cast)
            .findFirst()
            .orElseThrow(() -> wrong(profile, "/objects: its Pod is left out by its 'when'"));
    objects.remove(pod);
    Stamp stamp =
        new Stamp(
            spec,
            context.freshId(),
            expiry,
            namespace,
            texts(late, profile.labels(), "/labels"),
            summary(spec, profile, names));
    objects.forEach(stamp::mark);
    stamp.mark(pod, texts(late, profile.annotations(), "/annotations"));
    return new Plan(
        completed.id(),
        profile.name(),
        spec,
        namespace,
        expiry,
        completed.startTimeout(),
        stamp.anchor(
            Stream.concat(objects.stream(), Stream.of(pod)),
            completed.startTimeout(),
            most,
            once.map(key -> notes(key, request)).orElse(Map.of())),
        objects,
        pod,
        profile.container(),
        Claims.named(pod, objects, profile.objects(), request.metadata()));
  }

  private static Map<String, String> notes(IdempotencyKey key, SessionSpec request) {
    return Map.of(
        Annotations.IDEMPOTENCY_KEY, key.key(), Annotations.REQUEST, key.request(request));
  }

  /** What the profile itself adds must keep to the same rules, but is not the caller's fault. */
  private static void sound(Profile profile, SessionSpec spec) {
    RequestRules rules = new RequestRules();
    rules.request(spec);
    try {
      rules.hold();
    } catch (InvalidRequestException e) {
      throw wrong(profile, "its defaults or settings are not valid: " + e.failure().message());
    }
  }

  private static FailureException wrong(Profile profile, String why) {
    return FailureException.of(
        FailureCode.CONFIG_ERROR,
        "Profile %s (%s): %s.".formatted(profile.name(), profile.source(), why));
  }

  /** The request as expressions see it: without the values of its environment. */
  private static Map<String, Object> visible(SessionSpec request, SessionSpec spec) {
    Map<String, Object> visible = new LinkedHashMap<>();
    visible.put("image", spec.image().orElseThrow());
    visible.put(
        "command", request.command().isEmpty() ? spec.command() : Verbatim.of(spec.command()));
    visible.put("args", request.args().isEmpty() ? spec.args() : Verbatim.of(spec.args()));
    spec.workingDir().ifPresent(dir -> visible.put("workingDir", dir));
    visible.put(
        "resources",
        Map.of("limits", spec.resources().limits(), "requests", spec.resources().requests()));
    visible.put("stored", spec.storage().isPresent());
    visible.put("workspace", WORKSPACE);
    spec.storage()
        .ifPresent(
            storage -> {
              Map<String, Object> claim = new LinkedHashMap<>();
              claim.put("size", storage.size());
              storage.storageClass().ifPresent(name -> claim.put("storageClass", name));
              visible.put("storage", claim);
              visible.put("workspace", storage.path().orElse(WORKSPACE));
            });
    return visible;
  }

  private static String summary(SessionSpec spec, Profile profile, Map<String, String> names) {
    Map<String, Object> summary = new LinkedHashMap<>();
    summary.put("profile", profile.name());
    summary.put("image", spec.image().orElseThrow());
    summary.put("container", profile.container());
    spec.storage()
        .ifPresent(
            storage -> {
              Map<String, Object> claim = new LinkedHashMap<>();
              claim.put("claim", names.get("pvc"));
              claim.put("size", storage.size());
              storage.storageClass().ifPresent(name -> claim.put("storageClass", name));
              claim.put("path", storage.path().orElse(WORKSPACE));
              summary.put("storage", claim);
            });
    summary.put("labels", spec.labels());
    summary.put("metadata", spec.metadata());
    return Stamp.json(summary);
  }

  private static Duration min(Duration a, Duration b) {
    return a.compareTo(b) < 0 ? a : b;
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> map(
      Expressions expressions, Map<String, Object> map, String path) {
    return (Map<String, Object>) expressions.evaluate(map, path);
  }

  private static Map<String, String> texts(
      Expressions expressions, Map<String, Object> map, String path) {
    Map<String, String> texts = new LinkedHashMap<>();
    map(expressions, map, path).forEach((k, v) -> texts.put(k, String.valueOf(v)));
    return texts;
  }
}
