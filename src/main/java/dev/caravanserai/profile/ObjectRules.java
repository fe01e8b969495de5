package dev.caravanserai.profile;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravanserai.session.FailureException;
import dev.caravanserai.session.InvalidRequestException;
import dev.caravanserai.session.InvalidRequestException.Violation;
import dev.caravanserai.session.Json;
import dev.caravanserai.session.Labels;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Rules of Kubernetes for names, labels and environments, checked before anything is created. */
final class ObjectRules {
  private static final ObjectMapper JSON = Json.exact().build();

  // The contract of the API has the same patterns
  static final Pattern LABEL_VALUE =
      Pattern.compile("(?:[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?)?");
  static final Pattern QUALIFIED =
      Pattern.compile(
          "(?:(?=[^/]{1,253}/)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*/)?"
              + "[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?");
  static final Pattern ENVIRONMENT_NAME =
      Pattern.compile("(?!\\.$|\\.\\.)[-._A-Za-z][-._A-Za-z0-9]{0,252}");
  static final Pattern SUBDOMAIN =
      Pattern.compile(
          "(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*");

  /** Fields of a pod whose value names another object, with the fields that may have its name. */
  private static final Set<String> REFERENCES =
      Set.of(
          "configMap",
          "configMapKeyRef",
          "configMapRef",
          "imagePullSecrets",
          "secret",
          "secretKeyRef",
          "secretRef");

  private static final Set<String> REFERRED = Set.of("name", "secretName");

  private final Profile profile;
  private final Map<String, ?> metadata;
  private final Mistakes mistakes = new Mistakes();
  private final List<Violation> violations = new ArrayList<>();

  private ObjectRules(Profile profile, Map<String, ?> metadata) {
    this.profile = profile;
    this.metadata = metadata;
  }

  /** Why this cannot be the key of a label or annotation, or the name of a resource. */
  static Optional<String> key(String key) {
    return unless(
        QUALIFIED.matcher(key).matches(),
        "it must be a key such as team or example.com/team, not '" + key + "'");
  }

  /** Why a profile cannot set this label or annotation. */
  static Optional<String> ownKey(String key) {
    return key(key)
        .or(
            () ->
                unless(
                    !key.startsWith(Labels.PREFIX) && !key.equals(Labels.MANAGED_BY),
                    "it is reserved: Caravanserai itself sets %s and the keys of %s"
                        .formatted(Labels.MANAGED_BY, Labels.PREFIX)));
  }

  static Optional<String> environmentName(String name) {
    return unless(
        ENVIRONMENT_NAME.matcher(name).matches(),
        "the name of a variable has letters, digits and _.- and begins with no digit, not '%s'"
            .formatted(name));
  }

  static boolean isSubdomain(String name) {
    return SUBDOMAIN.matcher(name).matches();
  }

  /**
   * @param metadata of the request
   * @param objects all that a session of the profile consists of, one of them its pod
   * @throws FailureException CONFIG_ERROR with everything that an API server would refuse or that
   *     would make the session unusable
   * @throws InvalidRequestException if a name in the request's metadata is not valid
   */
  static void check(Profile profile, Map<String, ?> metadata, Stream<HasMetadata> objects) {
    ObjectRules rules = new ObjectRules(profile, metadata);
    objects.forEach(rules::check);
    rules.mistakes.throwIfAny();
    if (!rules.violations.isEmpty()) {
      throw new InvalidRequestException(rules.violations);
    }
  }

  private void check(HasMetadata object) {
    String name = ProfileFile.orEmpty(object.getMetadata().getName());
    if (!isSubdomain(name)) {
      wrong(
          object,
          "'%s' is not a valid name; derive it from the session's names, such as ${names.pod}-config; slug(…) makes a part of one of any text"
              .formatted(name));
    }
    Map<String, String> labels = ProfileFile.orEmpty(object.getMetadata().getLabels());
    labels.forEach(
        (key, value) -> {
          key(key).ifPresent(why -> wrong(object, "label '%s': %s".formatted(key, why)));
          if (value == null || !LABEL_VALUE.matcher(value).matches()) {
            wrong(
                object,
                "label '%s': '%s' is not a label value of 63 letters, digits and _.- at most; label(…) makes one of any text"
                    .formatted(key, value));
          }
        });
    if (object instanceof Pod pod) {
      pod(pod);
    }
  }

  private void pod(Pod pod) {
    List<Container> containers = list(pod.getSpec().getContainers());
    String main = profile.file().container();
    if (containers.stream().noneMatch(c -> main.equals(c.getName()))) {
      wrong(
          pod,
          "it has no container '%s', which the profile's container names; it has %s"
              .formatted(main, containers.stream().map(Container::getName).toList()));
    }
    oneOf(pod, "restartPolicy", pod.getSpec().getRestartPolicy(), "Always", "OnFailure", "Never");
    List<String> volumes = list(pod.getSpec().getVolumes()).stream().map(Volume::getName).toList();
    List<Container> all =
        Stream.concat(containers.stream(), list(pod.getSpec().getInitContainers()).stream())
            .toList();
    for (Container container : all) {
      oneOf(
          pod,
          "imagePullPolicy",
          container.getImagePullPolicy(),
          "Always",
          "IfNotPresent",
          "Never");
      list(container.getVolumeMounts()).stream()
          .map(VolumeMount::getName)
          .map(ProfileFile::orEmpty)
          .filter(name -> !volumes.contains(name) && !name.contains(Expressions.UNKNOWN))
          .forEach(
              name ->
                  wrong(
                      pod,
                      "container %s mounts the volume '%s', which the pod does not have; it has %s"
                          .formatted(container.getName(), name, volumes)));
    }
    all.stream()
        .flatMap(container -> list(container.getEnv()).stream())
        .map(EnvVar::getName)
        .forEach(
            name ->
                environmentName(String.valueOf(name)).ifPresent(why -> wrong(pod, "env: " + why)));
    JsonNode spec = JSON.valueToTree(pod.getSpec());
    Stream<String> referred =
        REFERENCES.stream()
            .flatMap(field -> spec.findValues(field).stream())
            .flatMap(object -> REFERRED.stream().flatMap(f -> object.findValuesAsText(f).stream()));
    Stream.of(Claims.claims(pod), referred.filter(name -> !name.isEmpty()))
        .flatMap(names -> names)
        .filter(name -> !isSubdomain(name))
        .forEach(name -> reference(pod, name));
  }

  private void oneOf(Pod pod, String field, String value, String... known) {
    String given = ProfileFile.orEmpty(value);
    if (!given.isEmpty()
        && !given.contains(Expressions.UNKNOWN)
        && !List.of(known).contains(given)) {
      wrong(pod, "%s must be one of %s, not '%s'".formatted(field, List.of(known), given));
    }
  }

  private void reference(Pod pod, String name) {
    String why = "'%s' is not a valid name of an object".formatted(name);
    String pointer = Claims.pointer(profile, metadata, name);
    if (pointer.isEmpty()) {
      wrong(pod, why);
    } else {
      violations.add(new Violation(pointer, why));
    }
  }

  private void wrong(HasMetadata object, String what) {
    String name = ProfileFile.orEmpty(object.getMetadata().getName());
    mistakes.add(profile.wrong("/objects", object.getKind() + " " + name + ": " + what));
  }

  private static <T> List<T> list(List<T> list) {
    return Optional.ofNullable(list).orElse(List.of());
  }

  private static Optional<String> unless(boolean right, String why) {
    return right ? Optional.empty() : Optional.of(why);
  }
}
