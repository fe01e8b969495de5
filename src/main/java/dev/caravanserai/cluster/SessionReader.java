package dev.caravanserai.cluster;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravanserai.session.Annotations;
import dev.caravanserai.session.Failure;
import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.Labels;
import dev.caravanserai.session.Session;
import dev.caravanserai.session.SessionKey;
import dev.caravanserai.session.State;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads a session from its anchor, its pod, or both: all that a session is stands on the cluster.
 */
final class SessionReader {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final TypeReference<Map<String, String>> TEXTS = new TypeReference<>() {};
  private static final TypeReference<Map<String, Object>> VALUES = new TypeReference<>() {};

  private final String cluster;

  SessionReader(String cluster) {
    this.cluster = cluster;
  }

  /** Whose it is; empty for objects that are not, or no longer, a session's. */
  Optional<SessionKey> key(HasMetadata object) {
    Map<String, String> annotations = annotations(object);
    String id = annotations.get(Annotations.ID);
    String tenant = annotations.get(Annotations.TENANT);
    return id == null || tenant == null
        ? Optional.empty()
        : Optional.of(new SessionKey(cluster, tenant, id));
  }

  /**
   * @param anchor empty once the session is being taken down
   * @param pod empty before it is made, and when somebody took it away
   */
  Session read(SessionKey key, Optional<ConfigMap> anchor, Optional<Pod> pod) {
    return read(key, anchor, pod, pod.flatMap(PodStatusReader::failure));
  }

  /**
   * @param ofPod why its pod failed, if it did
   */
  Session read(
      SessionKey key, Optional<ConfigMap> anchor, Optional<Pod> pod, Optional<Failure> ofPod) {
    HasMetadata bearer = anchor.<HasMetadata>map(a -> a).or(() -> pod).orElseThrow();
    JsonNode spec = spec(anchor, pod);
    Optional<Failure> failure = failure(anchor, pod, ofPod);
    Instant createdAt = Times.createdAt(bearer);
    return new Session(
        key.id(),
        key.tenant(),
        Optional.ofNullable(bearer.getMetadata().getLabels())
            .map(l -> l.getOrDefault(Labels.PROFILE, ""))
            .orElse(""),
        state(anchor, pod, failure),
        text(spec, "image").or(() -> pod.flatMap(SessionReader::image)).orElse(""),
        cluster,
        bearer.getMetadata().getNamespace(),
        text(spec, "container").or(() -> pod.flatMap(SessionReader::container)).orElse(""),
        pod.filter(p -> p.getMetadata().getUid() != null).map(SessionReader::pod),
        storage(spec.path("storage")),
        createdAt,
        pod.flatMap(SessionReader::startedAt).or(() -> instant(bearer, Annotations.STARTED_AT)),
        instant(bearer, Annotations.LAST_ACTIVITY).orElse(createdAt),
        Times.expiresAt(bearer, pod),
        failure,
        map(spec.path("labels"), TEXTS),
        map(spec.path("metadata"), VALUES));
  }

  private static State state(
      Optional<ConfigMap> anchor, Optional<Pod> pod, Optional<Failure> failure) {
    if (anchor.isEmpty() || deleted(anchor.get())) {
      return State.STOPPING;
    }
    if (pod.filter(SessionReader::deleted).isPresent() && told(anchor).isEmpty()) {
      return State.STOPPING;
    }
    if (failure.isPresent()) {
      return State.FAILED;
    }
    return pod.map(PodStatusReader::state).orElse(State.PENDING);
  }

  static boolean deleted(HasMetadata object) {
    return object.getMetadata().getDeletionTimestamp() != null;
  }

  private static Optional<Failure> told(Optional<ConfigMap> anchor) {
    return anchor
        .map(a -> annotations(a).get(Annotations.FAILURE))
        .flatMap(SessionReader::readFailure);
  }

  private static Optional<Failure> failure(
      Optional<ConfigMap> anchor, Optional<Pod> pod, Optional<Failure> ofPod) {
    Optional<Failure> told = told(anchor);
    if (told.isPresent() || anchor.isEmpty()) {
      return told;
    }
    if (pod.isPresent()) {
      return deleted(pod.get()) ? Optional.empty() : ofPod;
    }
    return instant(anchor.get(), Annotations.STARTED_AT)
        .map(
            at ->
                Failure.of(
                    FailureCode.EVICTED,
                    "The session's pod is gone, though nobody asked Caravanserai to stop it."
                        + " Stop the session and start it again.",
                    "PodDeleted"));
  }

  /** The failure as the anchor keeps it. */
  static String writeFailure(Failure failure) {
    var node = JSON.createObjectNode();
    node.put("code", failure.code().name()).put("message", failure.message());
    failure.reason().ifPresent(r -> node.put("reason", r));
    failure.events().forEach(node.putArray("events")::add);
    return node.toString();
  }

  private static Optional<Failure> readFailure(String json) {
    try {
      JsonNode node = JSON.readTree(json);
      List<String> events = new ArrayList<>();
      node.path("events").forEach(e -> events.add(e.asText()));
      return Optional.of(
          new Failure(
              FailureCode.valueOf(node.path("code").asText()),
              node.path("message").asText(),
              text(node, "reason"),
              events));
    } catch (JsonProcessingException | IllegalArgumentException e) {
      return Optional.of(
          Failure.of(FailureCode.CONFIG_ERROR, "The anchor's failure cannot be read: " + json));
    }
  }

  private static Session.Pod pod(Pod pod) {
    List<ContainerStatus> statuses =
        pod.getStatus() == null ? List.of() : pod.getStatus().getContainerStatuses();
    int restarts = statuses.stream().mapToInt(ContainerStatus::getRestartCount).sum();
    return new Session.Pod(
        pod.getMetadata().getName(),
        pod.getMetadata().getUid(),
        Optional.ofNullable(pod.getSpec()).map(s -> s.getNodeName()),
        PodStatusReader.phase(pod),
        restarts);
  }

  private static Optional<Session.Storage> storage(JsonNode node) {
    return text(node, "claim")
        .map(
            claim ->
                new Session.Storage(
                    claim,
                    node.path("size").asText(),
                    text(node, "storageClass"),
                    node.path("path").asText()));
  }

  private static Optional<Instant> startedAt(Pod pod) {
    if (pod.getStatus() == null) {
      return Optional.empty();
    }
    return pod.getStatus().getContainerStatuses().stream()
        .map(ContainerStatus::getState)
        .filter(s -> s != null)
        .map(SessionReader::startedAt)
        .flatMap(Optional::stream)
        .findFirst();
  }

  private static Optional<Instant> startedAt(ContainerState state) {
    if (state.getRunning() != null) {
      return Times.parse(state.getRunning().getStartedAt());
    }
    return Optional.ofNullable(state.getTerminated()).flatMap(t -> Times.parse(t.getStartedAt()));
  }

  private static Optional<String> image(Pod pod) {
    return Optional.ofNullable(pod.getSpec())
        .flatMap(s -> s.getContainers().stream().findFirst())
        .map(c -> c.getImage());
  }

  private static Optional<String> container(Pod pod) {
    return Optional.ofNullable(pod.getSpec())
        .flatMap(s -> s.getContainers().stream().findFirst())
        .map(c -> c.getName());
  }

  private static JsonNode spec(Optional<ConfigMap> anchor, Optional<Pod> pod) {
    String json =
        anchor
            .map(ConfigMap::getData)
            .map(data -> data.get("spec"))
            .or(() -> pod.map(SessionReader::annotations).map(a -> a.get(Annotations.SPEC)))
            .orElse("{}");
    try {
      return JSON.readTree(json);
    } catch (JsonProcessingException e) {
      return JSON.createObjectNode();
    }
  }

  private static Optional<String> text(JsonNode node, String field) {
    return Optional.ofNullable(node.get(field)).filter(JsonNode::isTextual).map(JsonNode::asText);
  }

  static Map<String, String> annotations(HasMetadata object) {
    return Optional.ofNullable(object.getMetadata().getAnnotations()).orElse(Map.of());
  }

  /** Empty where there is none, and where somebody made it unreadable. */
  static Optional<Instant> instant(HasMetadata object, String key) {
    return Times.parse(annotations(object).get(key));
  }

  /** What somebody turned into something else counts as empty. */
  private static <T> Map<String, T> map(JsonNode node, TypeReference<Map<String, T>> type) {
    try {
      return node.isObject() ? JSON.convertValue(node, type) : Map.of();
    } catch (IllegalArgumentException e) {
      return Map.of();
    }
  }
}
