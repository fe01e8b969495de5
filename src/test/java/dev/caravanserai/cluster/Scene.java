package dev.caravanserai.cluster;

import dev.caravanserai.session.Annotations;
import dev.caravanserai.session.Session;
import dev.caravanserai.session.SessionKey;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateBuilder;
import io.fabric8.kubernetes.api.model.ContainerStatusBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodConditionBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One session on a cluster, and what its watches report of it. */
final class Scene {
  static final SessionKey KEY = new SessionKey("inn", "default", "a");
  static final String LATER = "2027-01-01T00:00:00Z";

  final SessionCache cache = new SessionCache("inn", Runnable::run);

  /** Each transition as {@code before -> after}. */
  final List<String> transitions = new ArrayList<>();

  /** What is to be read before it counts as deleted. */
  final List<ObjectRef> unconfirmed = new ArrayList<>();

  private final List<Life.Doubt> doubts = new ArrayList<>();
  private long version = 100;
  private int life;
  private ConfigMap anchor;
  private Pod pod;

  Scene() {
    cache.resolveDoubtsBy(doubts::add);
    cache.confirmDeletionsBy(unconfirmed::add);
    cache.subscribe(
        "test",
        1000,
        update -> {
          if (update.transition()) {
            transitions.add(
                update.before().map(s -> s.state().name()).orElse("(new)")
                    + " -> "
                    + update.session().state());
          }
        });
  }

  /** The session's state, with its failure's code. */
  String state() {
    return cache.find(KEY).map(Scene::words).orElse("gone");
  }

  private static String words(Session session) {
    return session.state()
        + (session.ready() ? " ready" : "")
        + session.failure().map(f -> " " + f.code()).orElse("");
  }

  ConfigMap anchor() {
    return anchor;
  }

  Pod pod() {
    return pod;
  }

  /** The objects of the next life of the name exist; the watches have not reported them. */
  Scene next() {
    life++;
    anchor =
        new ConfigMapBuilder()
            .withNewMetadata()
            .withNamespace("ns")
            .withName("session-a")
            .withUid("anchor-" + life)
            .withAnnotations(marks())
            .addToAnnotations(Annotations.OBJECTS, "v1/Pod/session-a")
            .endMetadata()
            .addToData("spec", "{\"container\": \"main\"}")
            .build();
    pod =
        new PodBuilder()
            .withNewMetadata()
            .withNamespace("ns")
            .withName("session-a")
            .withUid("pod-" + life)
            .withCreationTimestamp("2026-01-01T12:00:00Z")
            .withAnnotations(marks())
            .addNewOwnerReference()
            .withKind("ConfigMap")
            .withName("session-a")
            .withUid("anchor-" + life)
            .endOwnerReference()
            .endMetadata()
            .withNewSpec()
            .withRestartPolicy("Never")
            .addNewContainer()
            .withName("main")
            .endContainer()
            .endSpec()
            .withNewStatus()
            .withPhase("Pending")
            .endStatus()
            .build();
    return this;
  }

  private static Map<String, String> marks() {
    return Map.of(
        Annotations.ID,
        KEY.id(),
        Annotations.TENANT,
        KEY.tenant(),
        Annotations.START_BY,
        LATER,
        Annotations.EXPIRES_AT,
        LATER);
  }

  /** The watch reports the anchor as it is now. */
  Scene seeAnchor() {
    cache.onUpdate(report(anchor));
    return this;
  }

  /** The watch reports the pod as it is now. */
  Scene seePod() {
    cache.onUpdate(report(pod));
    return this;
  }

  <T extends HasMetadata> T report(T object) {
    object.getMetadata().setResourceVersion(String.valueOf(++version));
    return Serialization.clone(object);
  }

  Scene mark(String annotation, String value) {
    if (value == null) {
      anchor.getMetadata().getAnnotations().remove(annotation);
    } else {
      anchor.getMetadata().getAnnotations().put(annotation, value);
    }
    return this;
  }

  Scene policy(String restarts) {
    pod.getSpec().setRestartPolicy(restarts);
    return this;
  }

  Scene phase(String phase, String reason, String message) {
    pod.getStatus().setPhase(phase);
    pod.getStatus().setReason(reason);
    pod.getStatus().setMessage(message);
    return this;
  }

  Scene condition(String type, String status, String reason) {
    pod.getStatus().getConditions().removeIf(c -> c.getType().equals(type));
    pod.getStatus()
        .getConditions()
        .add(
            new PodConditionBuilder()
                .withType(type)
                .withStatus(status)
                .withReason(reason)
                .withMessage("in a test")
                .withLastTransitionTime("2026-01-01T12:00:05Z")
                .build());
    return this;
  }

  Scene container(String name, boolean ready, ContainerState state) {
    pod.getStatus().getContainerStatuses().removeIf(c -> c.getName().equals(name));
    pod.getStatus()
        .getContainerStatuses()
        .add(
            new ContainerStatusBuilder()
                .withName(name)
                .withImage("x")
                .withReady(ready)
                .withRestartCount(0)
                .withState(state)
                .build());
    return this;
  }

  /** Its main container runs, and it is ready. */
  Scene ready() {
    return phase("Running", null, null)
        .container("main", true, running())
        .condition("Ready", "True", null);
  }

  /** Its main container runs, and it is not ready. */
  Scene notReady() {
    return phase("Running", null, null)
        .container("main", false, running())
        .condition("Ready", "False", "ContainersNotReady");
  }

  /** Its main container has ended. */
  Scene ended(int code) {
    String phase =
        !pod.getSpec().getRestartPolicy().equals("Never")
            ? "Running"
            : code == 0 ? "Succeeded" : "Failed";
    return phase(phase, null, null)
        .container("main", false, terminated(code, "2026-01-01T12:10:00Z"))
        .condition("Ready", "False", "PodCompleted");
  }

  static ContainerState running() {
    return new ContainerStateBuilder().withNewRunning().endRunning().build();
  }

  static ContainerState waiting(String reason, String message) {
    return new ContainerStateBuilder().withNewWaiting(message, reason).build();
  }

  static ContainerState terminated(int code, String at) {
    return new ContainerStateBuilder()
        .withNewTerminated()
        .withExitCode(code)
        .withReason(code == 137 ? "OOMKilled" : code == 0 ? "Completed" : "Error")
        .withStartedAt("2026-01-01T12:00:01Z")
        .withFinishedAt(at)
        .endTerminated()
        .build();
  }

  /** Somebody asks for the pod's deletion. */
  Scene deletePod() {
    pod.getMetadata().setDeletionTimestamp("2026-01-01T12:20:30Z");
    pod.getMetadata().setDeletionGracePeriodSeconds(30L);
    return this;
  }

  Scene podGone() {
    cache.onDelete(report(pod));
    return this;
  }

  Scene anchorGone() {
    cache.onDelete(report(anchor));
    return this;
  }

  /** The watch reports that an object is no longer among those of its selector. */
  Scene unselected(HasMetadata object) {
    cache.onUnselected(report(object));
    return this;
  }

  /** The cluster confirms what the cache is in doubt of. */
  Scene confirm() {
    List.copyOf(doubts).forEach(cache::onPodLost);
    doubts.clear();
    return this;
  }

  Optional<Session> session() {
    return cache.find(KEY);
  }
}
