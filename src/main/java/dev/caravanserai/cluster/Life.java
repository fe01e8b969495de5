package dev.caravanserai.cluster;

import dev.caravanserai.session.Annotations;
import dev.caravanserai.session.Failure;
import dev.caravanserai.session.Session;
import dev.caravanserai.session.SessionKey;
import dev.caravanserai.session.SessionSummary;
import dev.caravanserai.session.State;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * All that is known of one life of a session: its anchor, its pods, and what has happened once and
 * so stays true. Not thread-safe.
 */
final class Life {
  private static final Comparator<Pod> NEWEST =
      Comparator.<Pod, Boolean>comparing(p -> !deleting(p))
          .thenComparing(p -> String.valueOf(p.getMetadata().getCreationTimestamp()));

  /**
   * Whether a pod has been taken away is not known.
   *
   * @param pod by its name
   */
  record Doubt(SessionKey key, ObjectRef anchor, ObjectRef pod) {}

  final SessionKey key;

  /** The anchor's uid; that of a pod that no anchor owns. */
  final String uid;

  private Optional<ConfigMap> anchor = Optional.empty();
  private boolean anchorDeleted;
  private final Map<String, Pod> pods = new HashMap<>();
  private boolean hadPod;
  private Optional<Instant> readyAt = Optional.empty();

  /**
   * How it ended. Final, but for a failed start: the kubelet tries again, and what has failed
   * counts as failed until it is ready after all.
   */
  private Optional<Verdict> end = Optional.empty();

  /** Why its pod is gone although its anchor exists, once the cluster has confirmed that. */
  private Optional<Failure> lost = Optional.empty();

  private Optional<Session> session = Optional.empty();

  Life(SessionKey key, String uid) {
    this.key = key;
    this.uid = uid;
  }

  Optional<ConfigMap> anchor() {
    return anchor;
  }

  Optional<Pod> pod() {
    return pods.values().stream().max(NEWEST);
  }

  /** As it was read last. */
  Optional<Session> session() {
    return session;
  }

  /** Whether nothing is left. */
  boolean over() {
    return anchor.isEmpty() && pods.isEmpty();
  }

  /** The last known version of an object of this life. */
  Optional<HasMetadata> known(String uid) {
    return anchor
        .filter(a -> a.getMetadata().getUid().equals(uid))
        .<HasMetadata>map(a -> a)
        .or(() -> Optional.ofNullable(pods.get(uid)));
  }

  /** Anchor and pods. */
  List<HasMetadata> objects() {
    return Stream.<HasMetadata>concat(anchor.stream(), pods.values().stream()).toList();
  }

  void put(HasMetadata object) {
    if (object instanceof ConfigMap one) {
      anchor = Optional.of(one);
      readyAt = SessionReader.instant(one, Annotations.STARTED_AT).or(() -> readyAt);
      if (SessionReader.annotations(one).containsKey(Annotations.COMPLETED_AT)) {
        end = Optional.of(Verdict.COMPLETED);
      }
    } else if (object instanceof Pod pod) {
      hadPod = true;
      lost = lost.filter(failure -> started() || deleting(pod));
      pods.put(pod.getMetadata().getUid(), pod);
    }
  }

  void remove(String objectUid) {
    if (anchor.filter(a -> a.getMetadata().getUid().equals(objectUid)).isPresent()) {
      anchor = Optional.empty();
    }
    anchorDeleted |= uid.equals(objectUid);
    pods.remove(objectUid);
  }

  /** The cluster confirms that the anchor exists and the pod does not, or is being deleted. */
  void podLost() {
    lost = Optional.of(PodFailures.deleted(pod()));
  }

  /**
   * The pod is missing, or being deleted, though no stop of the session is known: has it been taken
   * away, or does the watch of anchors lag behind that of pods, or the other way round?
   */
  Optional<Doubt> doubt() {
    boolean expected = started() || hadPod;
    boolean missing = pod().filter(p -> !deleting(p)).isEmpty();
    return anchor
        .filter(a -> expected && missing && lost.isEmpty() && end.isEmpty())
        .filter(a -> !deleting(a) && FailureAnnotation.of(a).isEmpty())
        .flatMap(this::doubt);
  }

  private Optional<Doubt> doubt(ConfigMap of) {
    return pod()
        .map(ObjectRef::to)
        .or(() -> SessionReader.podOf(of))
        .map(pod -> new Doubt(key, ObjectRef.to(of), pod.anyLife()));
  }

  /** Whether it has been ready once. */
  boolean started() {
    return readyAt.isPresent();
  }

  Session read(SessionReader reader) {
    SessionSummary summary = SessionReader.summary(anchor, pod());
    Verdict verdict = verdict(SessionReader.container(summary, pod()));
    if (verdict.ready() && !started()) {
      readyAt = pod().flatMap(PodStatusReader::readySince).or(() -> Optional.of(Instant.now()));
    }
    session = Optional.of(reader.read(key, summary, anchor, pod(), verdict, readyAt));
    return session.get();
  }

  private Verdict verdict(String main) {
    Optional<Pod> pod = pod();
    boolean going = pod.filter(Life::deleting).isPresent();
    if (anchorDeleted || anchor.filter(Life::deleting).isPresent() || anchor.isEmpty() && going) {
      return Verdict.STOPPING;
    }
    Optional<Failure> noted = anchor.flatMap(FailureAnnotation::of);
    if (noted.isPresent()) {
      return Verdict.failed(noted.get());
    }
    if (end.filter(e -> started() || e.state() == State.COMPLETED).isPresent()) {
      return end.get();
    }
    if (lost.isEmpty()
        && pod.filter(p -> !going || PodStatusReader.endedBeforeDeletion(p, main)).isPresent()) {
      Verdict now = PodStatusReader.read(pod.get(), main, started());
      end = now.ended() ? Optional.of(now) : end.filter(failed -> !now.ready());
      return end.orElse(now);
    }
    return end.or(() -> lost.map(Verdict::failed)).orElseGet(() -> Verdict.notReady(started()));
  }

  /** When the reaper has to end it; empty without an anchor. */
  Optional<Instant> due() {
    return anchor.map(a -> DueTime.of(a, session.orElseThrow(), started()));
  }

  static boolean deleting(HasMetadata object) {
    return object.getMetadata().getDeletionTimestamp() != null;
  }
}
