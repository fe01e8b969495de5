package dev.caravanserai.cluster;

import dev.caravanserai.session.Annotations;
import dev.caravanserai.session.Session;
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
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Every session of a cluster as the watches last saw it, and when each is due. Safe for use by
 * several threads; listeners hear changes one at a time, in order, and must not block.
 */
public final class SessionIndex {

  /** All that is known of one session. */
  private static final class Entry {
    Optional<ConfigMap> anchor = Optional.empty();
    final Map<String, Pod> pods = new HashMap<>();
    final LastingFailure failure = new LastingFailure();
    Session session;
    Optional<Instant> orphanedAt = Optional.empty();

    Optional<Pod> pod() {
      return pods.values().stream().max(NEWEST);
    }
  }

  private static final Comparator<Pod> NEWEST =
      Comparator.<Pod, Boolean>comparing(p -> p.getMetadata().getDeletionTimestamp() == null)
          .thenComparing(p -> String.valueOf(p.getMetadata().getCreationTimestamp()));

  private final SessionReader reader;
  private final Map<SessionKey, Entry> entries = new HashMap<>();
  private final ExpiryQueue dues = new ExpiryQueue(System::nanoTime);
  private final Tombstones ended = new Tombstones();
  private final List<Consumer<SessionChange>> listeners = new CopyOnWriteArrayList<>();

  public SessionIndex(String cluster) {
    this.reader = new SessionReader(cluster);
  }

  public synchronized Optional<Session> find(SessionKey key) {
    return Optional.ofNullable(entries.get(key)).map(e -> e.session);
  }

  /** All sessions, the oldest first. */
  public synchronized List<Session> all() {
    return entries.values().stream()
        .map(e -> e.session)
        .sorted(
            Comparator.comparing(Session::createdAt)
                .thenComparing(Session::tenant)
                .thenComparing(Session::id))
        .toList();
  }

  /** How many there are of a profile in a state. */
  public synchronized long count(String profile, State state) {
    return entries.values().stream()
        .map(e -> e.session)
        .filter(s -> s.state() == state && s.profile().equals(profile))
        .count();
  }

  /**
   * The sessions that should be gone by now, the most overdue first. What is taken and is there
   * still is told again later, each time after twice as long, a minute at most. Costs nothing when
   * there are none.
   */
  public synchronized List<Session> takeDue(Instant now) {
    return dues.take(now).stream().map(key -> entries.get(key).session).toList();
  }

  /** When it should be gone; empty for one of which only an ending pod is left. */
  public synchronized Optional<Instant> dueAt(SessionKey key) {
    return dues.at(key);
  }

  /** The session's pod as the watch last saw it. */
  public synchronized Optional<Pod> pod(SessionKey key) {
    return Optional.ofNullable(entries.get(key)).flatMap(Entry::pod);
  }

  /** The session's anchor as the watch last saw it. */
  public synchronized Optional<ConfigMap> anchor(SessionKey key) {
    return Optional.ofNullable(entries.get(key)).flatMap(e -> e.anchor);
  }

  /** The id of the tenant's session that was made with an Idempotency-Key of this hash. */
  public synchronized Optional<String> madeWith(String tenant, String idempotencyKey) {
    return entries.entrySet().stream()
        .filter(e -> e.getKey().tenant().equals(tenant))
        .filter(e -> e.getValue().anchor.filter(a -> madeWith(a, idempotencyKey)).isPresent())
        .map(e -> e.getKey().id())
        .findFirst();
  }

  private static boolean madeWith(ConfigMap anchor, String idempotencyKey) {
    return idempotencyKey.equals(
        SessionReader.annotations(anchor).get(Annotations.IDEMPOTENCY_KEY));
  }

  /**
   * Tells every change from now on: of state, of pod, of expiry.
   *
   * @return ends it
   */
  public AutoCloseable onChange(Consumer<SessionChange> listener) {
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }

  /** An anchor or pod was made or changed. */
  public void seen(HasMetadata object) {
    SessionReader.key(object)
        .ifPresent(
            key ->
                change(
                    key,
                    entry -> {
                      if (object instanceof ConfigMap anchor) {
                        entry.anchor = Optional.of(anchor);
                      } else if (object instanceof Pod pod) {
                        entry.pods.put(pod.getMetadata().getUid(), pod);
                      }
                    }));
  }

  /**
   * An anchor or pod is there, and the watch may not have told yet. What it told since then, also
   * that the object is gone again, is newer.
   */
  public synchronized void made(HasMetadata object) {
    boolean told =
        SessionReader.key(object)
            .flatMap(key -> object instanceof ConfigMap ? anchor(key) : pod(key))
            .isPresent();
    if (!told && !ended.has(object)) {
      seen(object);
    }
  }

  /**
   * An anchor was changed, and the watch may not have told yet. What it told already, a later
   * change or that the anchor is gone, is newer.
   */
  public synchronized void changed(HasMetadata object) {
    if (SessionReader.key(object)
        .flatMap(this::anchor)
        .filter(known -> sameUid(known, object) && version(known) < version(object))
        .isPresent()) {
      seen(object);
    }
  }

  /** Versions of one kind of object grow (KEP-5504); one that is no number is left to the watch. */
  private static long version(HasMetadata object) {
    try {
      return Long.parseLong(object.getMetadata().getResourceVersion());
    } catch (NumberFormatException e) {
      return Long.MIN_VALUE;
    }
  }

  /** The cluster says there is no such anchor or pod, whatever the watch told. */
  public void lost(ObjectRef object) {
    List<HasMetadata> lost;
    synchronized (this) {
      lost =
          entries.values().stream()
              .flatMap(e -> Stream.concat(e.anchor.stream(), e.pods.values().stream()))
              .map(o -> (HasMetadata) o)
              .filter(o -> ObjectRef.to(o).equals(object))
              .toList();
    }
    lost.forEach(this::gone);
  }

  /** An anchor or pod is gone. */
  public synchronized void gone(HasMetadata object) {
    ended.add(object);
    SessionReader.key(object)
        .ifPresent(
            key ->
                change(
                    key,
                    entry -> {
                      if (object instanceof ConfigMap) {
                        entry.anchor = entry.anchor.filter(a -> !sameUid(a, object));
                      } else {
                        entry.pods.remove(object.getMetadata().getUid());
                      }
                    }));
  }

  private static boolean sameUid(HasMetadata one, HasMetadata other) {
    return one.getMetadata().getUid().equals(other.getMetadata().getUid());
  }

  private synchronized void change(SessionKey key, Consumer<Entry> change) {
    Entry entry = entries.computeIfAbsent(key, k -> new Entry());
    Optional<Session> before = Optional.ofNullable(entry.session);
    Optional<ConfigMap> anchorBefore = entry.anchor;
    change.accept(entry);
    if (entry.anchor.isEmpty() && entry.pods.isEmpty()) {
      entries.remove(key);
      dues.remove(key);
      before.ifPresent(
          session ->
              tell(
                  new SessionChange(
                      Sessions.inState(session, State.STOPPED), Optional.of(session.state()))));
      return;
    }
    entry.session = reader.read(key, entry.anchor, entry.pod(), entry.failure.of(entry.pod()));
    dueAt(entry).ifPresentOrElse(at -> dues.set(key, at), () -> dues.remove(key));
    UnreadableTimes.warn(anchorBefore, entry.anchor, entry.session);
    if (!before.equals(Optional.of(entry.session))) {
      tell(new SessionChange(entry.session, before.map(Session::state)));
    }
  }

  /** Empty for what is ending and needs nobody to end it. */
  private static Optional<Instant> dueAt(Entry entry) {
    if (entry.anchor.isPresent()) {
      entry.orphanedAt = Optional.empty();
      return Optional.of(DueTime.of(entry.anchor.get(), entry.session));
    }
    boolean ending = entry.pod().filter(SessionReader::deleted).isPresent();
    if (entry.orphanedAt.isEmpty()) {
      entry.orphanedAt = Optional.of(Instant.now());
    }
    return ending ? Optional.empty() : entry.orphanedAt.map(DueTime::ofOrphan);
  }

  private void tell(SessionChange change) {
    listeners.forEach(listener -> listener.accept(change));
  }
}
