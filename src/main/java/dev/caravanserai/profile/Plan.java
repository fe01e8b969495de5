package dev.caravanserai.profile;

import dev.caravanserai.session.Expiry;
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
import java.util.Objects;
import java.util.Optional;

/**
 * What starting a session will create: known completely before anything is touched.
 *
 * @param id the session's exact id
 * @param profile name of the profile it comes from
 * @param spec the request, completed by the profile
 * @param namespace where all objects go
 * @param expiry when it has to be gone
 * @param startTimeout how long it may take to become ready
 * @param anchor made first; owns all others
 * @param objects all others but the pod, without owner references; the Secret of the environment,
 *     if there is any, is the first
 * @param pod made last, without owner references
 * @param container the pod's main container
 * @param claims those that others made and the request names: the JSON pointer to each by its name
 */
public record Plan(
    String id,
    String profile,
    SessionSpec spec,
    String namespace,
    Expiry expiry,
    Duration startTimeout,
    ConfigMap anchor,
    List<HasMetadata> objects,
    Pod pod,
    String container,
    Map<String, String> claims) {

  public Plan {
    Objects.requireNonNull(id, "id");
    objects = List.copyOf(objects);
    claims = Map.copyOf(claims);
  }

  /**
   * Whether a Secret that is there holds what the request says of the environment. What the profile
   * adds may differ from one plan of a request to the next.
   *
   * @param there of the name of the plan's own
   */
  public boolean sameEnvironment(Secret there) {
    Map<String, String> planned = environment().map(Secret::getData).orElse(Map.of());
    Map<String, String> found = Optional.ofNullable(there.getData()).orElse(Map.of());
    return spec.env().entrySet().stream()
        .filter(asked -> Environment.encoded(asked.getValue()).equals(planned.get(asked.getKey())))
        .allMatch(asked -> planned.get(asked.getKey()).equals(found.get(asked.getKey())));
  }

  /** The Secret that holds the values of the environment; empty where the request has none. */
  public Optional<Secret> environment() {
    return spec.env().isEmpty() ? Optional.empty() : Optional.of((Secret) objects.get(0));
  }

  /**
   * The reference that makes the anchor the owner of an object. Without {@code blockOwnerDeletion},
   * which needs more rights where OwnerReferencesPermissionEnforcement is on.
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
