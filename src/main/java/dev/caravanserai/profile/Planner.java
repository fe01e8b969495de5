package dev.caravanserai.profile;

import dev.caravanserai.profile.PlanDefaults.Lifetimes;
import dev.caravanserai.session.Annotations;
import dev.caravanserai.session.Expiry;
import dev.caravanserai.session.FailureException;
import dev.caravanserai.session.InvalidRequestException;
import dev.caravanserai.session.Names;
import dev.caravanserai.session.Session;
import dev.caravanserai.session.SessionSpec;
import dev.caravanserai.session.SessionSpec.Storage;
import dev.caravanserai.session.SessionSummary;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Pod;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Plans sessions. A pure function: the same request, time and id give the same plan, and nothing is
 * created. Thread-safe.
 */
public final class Planner {
  static final String WORKSPACE = "/workspace";

  private final Profiles profiles;
  private final PlanDefaults defaults;

  /**
   * Plans sample sessions of every profile, so that a mistake that only a session would show stops
   * the start.
   *
   * @throws FailureException CONFIG_ERROR with every mistake
   */
  public Planner(Profiles profiles, PlanDefaults defaults) {
    this.profiles = profiles;
    this.defaults = defaults;
    Mistakes mistakes = new Mistakes();
    if (profiles.find(defaults.profile()).isEmpty()) {
      mistakes.add(
          "caravanserai.profile.default=%s: %s"
              .formatted(defaults.profile(), missing(defaults.profile())));
    }
    profiles
        .all()
        .forEach(profile -> new ProfileCheck(profile, defaults.lifetimes(), mistakes).run(this));
    mistakes.throwIfAny();
  }

  /** Whether a text is an image reference that a request may have. */
  public static boolean isImage(String text) {
    return RequestRules.isImage(text);
  }

  /** The names of the profiles that a request may ask for. */
  public Set<String> profiles() {
    return profiles.names();
  }

  /**
   * @param request valid by the contract of the API
   * @param now time of the request
   * @param freshId unique: identifies the request on the anchor, and is the session's id if the
   *     request has neither an id nor an Idempotency-Key
   * @throws InvalidRequestException with everything that is wrong with the request
   * @throws FailureException CONFIG_ERROR when the profile cannot be evaluated for it
   */
  public Plan plan(SessionSpec request, Instant now, UUID freshId) {
    return plan(request, now, freshId, false);
  }

  /**
   * A plan for a check, in which metadata that the request lacks is {@link Expressions#UNKNOWN}.
   */
  Plan sample(SessionSpec request) {
    return plan(request, Instant.EPOCH, new UUID(0, 0), true);
  }

  private Plan plan(SessionSpec request, Instant now, UUID freshId, boolean sample) {
    RequestRules rules = new RequestRules().values(request);
    rules.process(request);
    int bytes = Stamp.json(request.metadata()).getBytes(StandardCharsets.UTF_8).length;
    if (bytes > defaults.metadataBytes()) {
      rules.add(
          "/metadata",
          "has %d bytes as JSON, and %d is the limit (caravanserai.session.metadata-limit)",
          bytes,
          defaults.metadataBytes());
    }
    String wanted = request.profile().orElse(defaults.profile());
    Optional<Profile> profile = profiles.find(wanted);
    if (profile.isEmpty()) {
      rules.add("/profile", "%s", missing(wanted));
      request
          .timeout()
          .ifPresent(t -> rules.timeout(t, defaults.lifetimes().most(), Lifetimes.MOST));
      rules.throwIfAny();
    }
    return plan(request, now, freshId, profile.orElseThrow(), rules, sample);
  }

  private String missing(String profile) {
    return "there is no profile '%s'; there are %s"
        .formatted(profile, String.join(", ", profiles.names()));
  }

  private Plan plan(
      SessionSpec request,
      Instant now,
      UUID freshId,
      Profile profile,
      RequestRules rules,
      boolean sample) {
    ProfileFile file = profile.file();
    Optional<IdempotencyKey> key =
        request.idempotencyKey().map(k -> IdempotencyKey.of(request.tenant(), k));
    String id =
        request.id().orElseGet(() -> key.map(IdempotencyKey::id).orElse(freshId).toString());
    ResolvedRequest resolved =
        ResolvedRequest.of(request, profile, id, defaults.lifetimes(), rules);
    SessionSpec spec = resolved.spec();
    if (spec.image().isEmpty() && RequestField.IMAGE.in(profile.used())) {
      rules.add("/image", "is required: profile %s has none of its own", profile.name());
    }
    rules.unused(request, profile);
    rules.order(spec.resources());
    rules.metadata(request.metadata(), file.metadata());
    rules.clash(request.labels(), file.labelKeys(), profile.name());
    rules.throwIfAny();

    Map<String, String> names = file.names().of(spec.tenant(), id);
    String namespace = profile.namespace().orElse(defaults.namespace());
    Expiry expiry = new Expiry(now.truncatedTo(ChronoUnit.MILLIS), spec.timeout().orElseThrow());
    Map<String, Object> variables = new LinkedHashMap<>();
    variables.put("settings", profile.settings());
    variables.put("id", id);
    variables.put("tenant", spec.tenant());
    variables.put("cluster", defaults.cluster());
    variables.put("namespace", namespace);
    variables.put("profile", profile.name());
    variables.put("container", file.container());
    variables.put("createdAt", expiry.createdAt().toString());
    variables.put("names", names);
    variables.put("metadata", spec.metadata());
    Expressions expressions =
        new Expressions(profile.name() + " (" + profile.source() + ")", variables, sample);
    Environment environment =
        Environment.of(
            names.get("secret"),
            request.env(),
            expressions.texts(file.environment().variables(), "/environment/variables"),
            file.environment().requestWins());
    variables.put("env", environment.references());
    variables.put("spec", visible(request, spec));

    Map<String, String> ofServer = new HashMap<>();
    ofServer.put(name("v1", "ConfigMap", Names.anchor(spec.tenant(), id)), "the session's anchor");
    environment
        .asSecret()
        .ifPresent(
            secret ->
                ofServer.put(
                    name("v1", "Secret", secret.getMetadata().getName()),
                    "the Secret of the environment"));
    List<HasMetadata> objects = objects(profile, namespace, expressions, ofServer);
    Pod pod =
        objects.stream()
            .filter(Pod.class::isInstance)
            .map(Pod.class::cast)
            .findFirst()
            .orElseThrow(() -> profile.wrong("/objects", "its Pod is left out by its 'when'"));
    objects.remove(pod);
    environment.asSecret().ifPresent(secret -> objects.add(0, secret));
    Stamp stamp =
        new Stamp(
            spec,
            freshId,
            expiry,
            namespace,
            expressions.texts(file.labels(), "/labels"),
            summary(spec, file.container(), image(pod, file.container()), names.get("pvc")));
    objects.forEach(stamp::mark);
    stamp.mark(pod, expressions.texts(file.annotations(), "/annotations"));
    ObjectRules.check(profile, request.metadata(), Stream.concat(objects.stream(), Stream.of(pod)));
    return new Plan(
        spec,
        resolved.startTimeout(),
        stamp.anchor(
            Stream.concat(objects.stream(), Stream.of(pod)),
            resolved,
            key.map(
                    k ->
                        Map.of(
                            Annotations.IDEMPOTENCY_KEY, k.key(),
                            Annotations.REQUEST, k.request(request)))
                .orElse(Map.of())),
        objects,
        pod,
        Claims.named(pod, objects, file.objects(), request.metadata()));
  }

  /**
   * @param ofServer the server's own objects by {@link #name}; no other may have the name
   */
  private static List<HasMetadata> objects(
      Profile profile, String namespace, Expressions expressions, Map<String, String> ofServer) {
    List<HasMetadata> objects = new ArrayList<>();
    Map<String, String> decided = new HashMap<>(ofServer);
    List<Object> all = profile.file().objects();
    for (int i = 0; i < all.size(); i++) {
      String path = "/objects/" + i;
      for (Expressions.Item item : expressions.decidedItems(all.get(i), path).toList()) {
        Object value = item.value();
        HasMetadata object = profile.bind(value, Kind.of((Map<?, ?>) value).type(), path);
        if (object.getMetadata() == null) {
          object.setMetadata(new ObjectMeta());
        }
        String own = object.getMetadata().getNamespace();
        if (own != null && !own.equals(namespace)) {
          throw profile.wrong(
              path + "/metadata/namespace",
              "it is '%s', but all objects are created in %s; remove it, or set the profile's namespace"
                  .formatted(own, namespace));
        }
        String name =
            name(object.getApiVersion(), object.getKind(), object.getMetadata().getName());
        String other =
            item.undecided() || name.contains(Expressions.UNKNOWN)
                ? ofServer.get(name)
                : decided.putIfAbsent(name, "an object of " + path);
        if (other != null) {
          throw profile.wrong(
              path,
              "%s %s: %s has this name too; derive another from the session's, such as ${names.pod}-config"
                  .formatted(object.getKind(), object.getMetadata().getName(), other));
        }
        objects.add(object);
      }
    }
    return objects;
  }

  /** Two versions of an API have the same objects. */
  private static String name(String apiVersion, String kind, String name) {
    return apiVersion.replaceFirst("/?[^/]*$", "") + "/" + kind + "/" + name;
  }

  /** The request as expressions see it: without the values of its environment. */
  private static Map<String, Object> visible(SessionSpec request, SessionSpec spec) {
    Map<String, Object> visible = new LinkedHashMap<>();
    spec.image().ifPresent(image -> visible.put("image", image));
    visible.put(
        "command", request.command().isEmpty() ? spec.command() : Verbatim.of(spec.command()));
    visible.put("args", request.args().isEmpty() ? spec.args() : Verbatim.of(spec.args()));
    spec.workingDir().ifPresent(dir -> visible.put("workingDir", dir));
    visible.put(
        "resources",
        Map.of("limits", spec.resources().limits(), "requests", spec.resources().requests()));
    visible.put("stored", spec.storage().isPresent());
    visible.put("workspace", spec.storage().flatMap(Storage::path).orElse(WORKSPACE));
    spec.storage()
        .ifPresent(
            storage -> {
              Map<String, Object> claim = new LinkedHashMap<>(Map.of("size", storage.size()));
              storage.storageClass().ifPresent(name -> claim.put("storageClass", name));
              visible.put("storage", claim);
            });
    return visible;
  }

  private static SessionSummary summary(
      SessionSpec spec, String container, String image, String claim) {
    return new SessionSummary(
        Optional.of(image),
        Optional.of(container),
        spec.storage()
            .map(
                storage ->
                    new Session.Storage(
                        claim,
                        storage.size(),
                        storage.storageClass(),
                        storage.path().orElse(WORKSPACE))),
        spec.labels(),
        spec.metadata());
  }

  private static String image(Pod pod, String container) {
    return pod.getSpec().getContainers().stream()
        .filter(c -> container.equals(c.getName()))
        .map(Container::getImage)
        .map(ProfileFile::orEmpty)
        .findFirst()
        .orElse("");
  }
}
