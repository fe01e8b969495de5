package dev.caravanserai.profile;

import dev.caravanserai.session.SessionSpec;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Everything that the start of a session will create.
 *
 * @param spec the request, completed by the profile: it has id, profile and timeout
 * @param startTimeout how long it may take to become ready
 * @param anchor created first; owns all others
 * @param objects all others but the pod, in the order in which the profile has them, without owner
 *     references; the Secret of the environment, if there is one, is the first
 * @param pod created last, without owner references
 * @param claims claims that exist already and that the request names: JSON pointer by name
 */
public record Plan(
    SessionSpec spec,
    Duration startTimeout,
    ConfigMap anchor,
    List<HasMetadata> objects,
    Pod pod,
    Map<String, String> claims) {

  public Plan {
    objects = List.copyOf(objects);
    claims = Map.copyOf(claims);
  }

  /** The session's exact id. */
  public String id() {
    return spec.id().orElseThrow();
  }

  public String profile() {
    return spec.profile().orElseThrow();
  }

  /** The namespace of all objects. */
  public String namespace() {
    return anchor.getMetadata().getNamespace();
  }

  /**
   * Whether an existing Secret of the same name holds the request's variables. Those that the
   * profile adds may differ from one plan of a request to the next.
   */
  public boolean sameEnvironment(Secret existing) {
    Map<String, String> planned = environment().map(Secret::getData).orElse(Map.of());
    Map<String, String> found = Optional.ofNullable(existing.getData()).orElse(Map.of());
    return spec.env().entrySet().stream()
        .filter(asked -> Environment.encoded(asked.getValue()).equals(planned.get(asked.getKey())))
        .allMatch(asked -> planned.get(asked.getKey()).equals(found.get(asked.getKey())));
  }

  /** The Secret with the values of the environment; empty if the request has none. */
  public Optional<Secret> environment() {
    return spec.env().isEmpty() ? Optional.empty() : Optional.of((Secret) objects.get(0));
  }

  /**
   * The reference that makes the anchor the owner of an object. Without {@code blockOwnerDeletion},
   * which needs more rights where OwnerReferencesPermissionEnforcement is enabled.
   *
   * @param uid the anchor's uid, known once it is created
   */
  public OwnerReference owner(String uid) {
    return new OwnerReferenceBuilder()
        .withApiVersion("v1")
        .withKind("ConfigMap")
        .withName(anchor.getMetadata().getName())
        .withUid(uid)
        .build();
  }
}
