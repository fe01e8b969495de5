package dev.caravanserai.cluster;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravanserai.session.Annotations;
import dev.caravanserai.session.Json;
import dev.caravanserai.session.Labels;
import dev.caravanserai.session.Session;
import dev.caravanserai.session.SessionBuilder;
import dev.caravanserai.session.SessionKey;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodStatus;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads a session from its anchor, its pod, or both. Thread-safe. */
final class SessionReader {
  private static final ObjectMapper JSON = Json.exact().build();
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

  /** The main container: the one that the profile names, else the pod's first. */
  String container(Optional<ConfigMap> anchor, Optional<Pod> pod) {
    return text(spec(anchor, pod), "container")
        .or(() -> first(pod).map(Container::getName))
        .or(() -> statuses(pod).stream().map(ContainerStatus::getName).findFirst())
        .orElse("");
  }

  /**
   * @param anchor empty once the session is being taken down
   * @param pod empty before it is created, and once it is gone
   */
  Session read(
      SessionKey key,
      Optional<ConfigMap> anchor,
      Optional<Pod> pod,
      Verdict verdict,
      Optional<Instant> startedAt) {
    HasMetadata bearer = anchor.<HasMetadata>map(a -> a).or(() -> pod).orElseThrow();
    JsonNode spec = spec(anchor, pod);
    String container = container(anchor, pod);
    Instant createdAt = Times.createdAt(bearer);
    return SessionBuilder.builder()
        .id(key.id())
        .tenant(key.tenant())
        .cluster(key.cluster())
        .profile(
            Optional.ofNullable(bearer.getMetadata().getLabels())
                .map(l -> l.getOrDefault(Labels.PROFILE, ""))
                .orElse(""))
        .state(verdict.state())
        .ready(verdict.ready())
        .failure(verdict.failure())
        .image(text(spec, "image").or(() -> first(pod).map(Container::getImage)).orElse(""))
        .namespace(bearer.getMetadata().getNamespace())
        .container(container)
        .pod(pod.map(p -> pod(p, container)))
        .storage(storage(spec.path("storage")))
        .createdAt(createdAt)
        .startedAt(startedAt)
        .lastActivityAt(instant(bearer, Annotations.LAST_ACTIVITY).orElse(createdAt))
        .expiresAt(Times.expiresAt(bearer, pod))
        .labels(map(spec.path("labels"), TEXTS))
        .metadata(map(spec.path("metadata"), VALUES))
        .build();
  }

  private static Session.Pod pod(Pod pod, String main) {
    return new Session.Pod(
        pod.getMetadata().getName(),
        pod.getMetadata().getUid(),
        Optional.ofNullable(pod.getSpec()).map(PodSpec::getNodeName),
        PodStatusReader.phase(pod),
        statuses(Optional.of(pod)).stream().mapToInt(ContainerStatus::getRestartCount).sum(),
        PodStatusReader.warnings(pod, main));
  }

  private static List<ContainerStatus> statuses(Optional<Pod> pod) {
    return pod.map(Pod::getStatus).map(PodStatus::getContainerStatuses).orElse(List.of());
  }

  private static Optional<Container> first(Optional<Pod> pod) {
    return pod.map(Pod::getSpec).flatMap(s -> s.getContainers().stream().findFirst());
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
    return Optional.ofNullable(node.path(field).textValue());
  }

  /** The pod that an anchor lists, by its name. */
  static Optional<ObjectRef> podOf(ConfigMap anchor) {
    return ObjectRef.listedBy(anchor).stream()
        .filter(object -> object.kind().equals("Pod"))
        .findFirst();
  }

  static Map<String, String> annotations(HasMetadata object) {
    return Optional.ofNullable(object.getMetadata().getAnnotations()).orElse(Map.of());
  }

  /** Empty if there is none, or if it is invalid. */
  static Optional<Instant> instant(HasMetadata object, String key) {
    return Times.parse(annotations(object).get(key));
  }

  /** A value of another type, edited by hand, counts as empty. */
  private static <T> Map<String, T> map(JsonNode node, TypeReference<Map<String, T>> type) {
    try {
      return node.isObject() ? JSON.convertValue(node, type) : Map.of();
    } catch (IllegalArgumentException e) {
      return Map.of();
    }
  }
}
