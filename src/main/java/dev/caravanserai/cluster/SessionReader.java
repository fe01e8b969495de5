package dev.caravanserai.cluster;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravanserai.session.Annotations;
import dev.caravanserai.session.Json;
import dev.caravanserai.session.Labels;
import dev.caravanserai.session.Session;
import dev.caravanserai.session.SessionBuilder;
import dev.caravanserai.session.SessionKey;
import dev.caravanserai.session.SessionSummary;
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
  private static final ObjectMapper JSON =
      Json.records().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

  private final String cluster;

  SessionReader(String cluster) {
    this.cluster = cluster;
  }

  /** The session that an object belongs to; empty if there is none, or not any more. */
  Optional<SessionKey> key(HasMetadata object) {
    Map<String, String> annotations = annotations(object);
    String id = annotations.get(Annotations.ID);
    String tenant = annotations.get(Annotations.TENANT);
    return id == null || tenant == null
        ? Optional.empty()
        : Optional.of(new SessionKey(cluster, tenant, id));
  }

  /** The main container: the one that the profile names, else the pod's first. */
  static String container(SessionSummary summary, Optional<Pod> pod) {
    return summary
        .container()
        .or(() -> first(pod).map(Container::getName))
        .or(() -> statuses(pod).stream().map(ContainerStatus::getName).findFirst())
        .orElse("");
  }

  /**
   * @param summary of this anchor and pod
   * @param anchor empty once the session is being taken down
   * @param pod empty before it is created, and once it is gone
   */
  Session read(
      SessionKey key,
      SessionSummary summary,
      Optional<ConfigMap> anchor,
      Optional<Pod> pod,
      Verdict verdict,
      Optional<Instant> startedAt) {
    HasMetadata bearer = anchor.<HasMetadata>map(a -> a).or(() -> pod).orElseThrow();
    String container = container(summary, pod);
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
        .image(summary.image().or(() -> first(pod).map(Container::getImage)).orElse(""))
        .namespace(bearer.getMetadata().getNamespace())
        .container(container)
        .pod(pod.map(p -> pod(p, container)))
        .storage(summary.storage())
        .createdAt(createdAt)
        .startedAt(
            startedAt.map(at -> at.isBefore(createdAt) ? createdAt : at)) // conditions have seconds
        .lastActivityAt(instant(bearer, Annotations.LAST_ACTIVITY).orElse(createdAt))
        .expiresAt(Times.expiresAt(bearer, pod))
        .labels(summary.labels())
        .metadata(summary.metadata())
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

  /** Empty if there is none, or if it was edited by hand and cannot be read. */
  static SessionSummary summary(Optional<ConfigMap> anchor, Optional<Pod> pod) {
    String json =
        anchor
            .map(ConfigMap::getData)
            .map(data -> data.get("spec"))
            .or(() -> pod.map(SessionReader::annotations).map(a -> a.get(Annotations.SPEC)))
            .orElse("{}");
    try {
      return Optional.ofNullable(JSON.readValue(json, SessionSummary.class))
          .orElse(SessionSummary.EMPTY);
    } catch (JsonProcessingException e) {
      return SessionSummary.EMPTY;
    }
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
}
