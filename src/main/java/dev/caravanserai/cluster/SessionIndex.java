package dev.caravanserai.cluster;

import dev.caravanserai.session.Annotations;
import dev.caravanserai.session.Session;
import dev.caravanserai.session.State;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
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
    Session session;
    Due due;

    Optional<Pod> pod() {
      return pods.values().stream().max(NEWEST);
    }
  }

  private record Due(Instant at, SessionKey key) implements Comparable<Due> {
    @Override
    public int compareTo(Due other) {
      int byTime = at.compareTo(other.at);
      return byTime != 0 ? byTime : key.toString().compareTo(other.key.toString());
    }
  }

  private static final Comparator<Pod> NEWEST =
      Comparator.<Pod, Boolean>comparing(p -> p.getMetadata().getDeletionTimestamp() == null)
          .thenComparing(p -> String.valueOf(p.getMetadata().getCreationTimestamp()));

  private final SessionReader reader;
  private final Map<SessionKey, Entry> entries = new HashMap<>();
  private final TreeSet<Due> dues = new TreeSet<>();
  private final RecentlyEnded ended = new RecentlyEnded();
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
   * The sessions that should be gone by now, the most overdue first. Costs nothing when there are
   * none.
   */
  public synchronized List<Session> due(Instant now) {
    List<Session> due = new ArrayList<>();
    for (Due next : dues) {
      if (next.at().isAfter(now)) {
        break;
      }
      due.add(entries.get(next.key()).session);
    }
    return due;
  }

  /** When it should be gone; empty for one that has no anchor any more. */
  public synchronized Optional<Instant> dueAt(SessionKey key) {
    return Optional.ofNullable(entries.get(key))
        .flatMap(e -> Optional.ofNullable(e.due))
        .map(Due::at);
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
    if (entry.due != null) {
      dues.remove(entry.due);
      entry.due = null;
    }
    change.accept(entry);
    if (entry.anchor.isEmpty() && entry.pods.isEmpty()) {
      entries.remove(key);
      before.ifPresent(
          session ->
              tell(
                  new SessionChange(
                      Sessions.inState(session, State.STOPPED), Optional.of(session.state()))));
      return;
    }
    entry.session = reader.read(key, entry.anchor, entry.pod());
    entry.anchor.map(a -> new Due(dueAt(a, entry.session), key)).ifPresent(due -> set(entry, due));
    if (!before.equals(Optional.of(entry.session))) {
      tell(new SessionChange(entry.session, before.map(Session::state)));
    }
  }

  private void set(Entry entry, Due due) {
    entry.due = due;
    dues.add(due);
  }

  /**
   * Its expiry, or earlier the end of the time it had to start: nobody may be waiting for it any
   * more.
   */
  private static Instant dueAt(ConfigMap anchor, Session session) {
    Optional<Instant> startBy =
        session.state() == State.PENDING
            ? SessionReader.instant(SessionReader.annotations(anchor), Annotations.START_BY)
            : Optional.empty();
    return Stream.of(Optional.of(session.expiresAt()), startBy.map(s -> s.plusSeconds(5)))
        .flatMap(Optional::stream)
        .min(Comparator.naturalOrder())
        .orElseThrow();
  }

  private void tell(SessionChange change) {
    listeners.forEach(listener -> listener.accept(change));
  }
}
