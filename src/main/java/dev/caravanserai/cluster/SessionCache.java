package dev.caravanserai.cluster;

import dev.caravanserai.session.Annotations;
import dev.caravanserai.session.Session;
import dev.caravanserai.session.SessionKey;
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
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The index and the side that writes it: for watches, and for whoever sends requests to the cluster
 * ({@code ArchitectureTest} lets nobody else use it). Thread-safe.
 */
public final class SessionCache implements SessionIndex, AutoCloseable {

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
  private final List<Subscriber> subscribers = new CopyOnWriteArrayList<>();
  private final Executor executor;
  private volatile Function<SessionKey, CompletionStage<Optional<Session>>> refresh =
      key -> CompletableFuture.completedFuture(find(key));

  /**
   * @param executor calls the listeners; at most one task for each is there at a time
   */
  public SessionCache(String cluster, Executor executor) {
    this.reader = new SessionReader(cluster);
    this.executor = executor;
  }

  /** How {@link #refresh} asks the cluster; until it is set nothing is asked. */
  public void refreshBy(Function<SessionKey, CompletionStage<Optional<Session>>> refresh) {
    this.refresh = refresh;
  }

  @Override
  public CompletionStage<Optional<Session>> refresh(SessionKey key) {
    return refresh.apply(key);
  }

  @Override
  public synchronized Optional<Session> find(SessionKey key) {
    return Optional.ofNullable(entries.get(key)).map(e -> e.session);
  }

  @Override
  public synchronized List<Session> all() {
    return entries.values().stream()
        .map(e -> e.session)
        .sorted(
            Comparator.comparing(Session::createdAt)
                .thenComparing(Session::tenant)
                .thenComparing(Session::id))
        .toList();
  }

  @Override
  public synchronized long count(String profile, State state) {
    return entries.values().stream()
        .map(e -> e.session)
        .filter(s -> s.state() == state && s.profile().equals(profile))
        .count();
  }

  @Override
  public synchronized List<Session> takeDue(Instant now) {
    return dues.take(now).stream().map(key -> entries.get(key).session).toList();
  }

  @Override
  public synchronized Optional<Instant> dueAt(SessionKey key) {
    return dues.at(key);
  }

  @Override
  public synchronized Optional<Pod> pod(SessionKey key) {
    return Optional.ofNullable(entries.get(key)).flatMap(Entry::pod);
  }

  @Override
  public synchronized Optional<ConfigMap> anchor(SessionKey key) {
    return Optional.ofNullable(entries.get(key)).flatMap(e -> e.anchor);
  }

  @Override
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

  @Override
  public Subscription subscribe(String name, int capacity, SessionListener listener) {
    Subscriber subscriber = new Subscriber(name, capacity, listener);
    subscribers.add(subscriber);
    return () -> {
      subscribers.remove(subscriber);
      subscriber.close();
    };
  }

  /** How many updates each subscriber has lost, by its name; subscribers of one name together. */
  public Map<String, Long> dropped() {
    return subscribers.stream()
        .collect(Collectors.toMap(Subscriber::name, Subscriber::dropped, Long::sum));
  }

  @Override
  public void close() {
    subscribers.forEach(Subscriber::close);
  }

  /**
   * An anchor or pod exists: as a watch, a list, a direct read or the answer to a request says.
   * What is known to be deleted stays deleted, and a version does not replace a later one.
   */
  public void onUpdate(HasMetadata object) {
    reader
        .key(object)
        .ifPresent(
            key ->
                change(
                    key,
                    object,
                    entry -> {
                      if (ended.has(object)) {
                        return;
                      }
                      if (object instanceof ConfigMap anchor) {
                        entry.anchor = Optional.of(newer(entry.anchor, anchor));
                      } else if (object instanceof Pod pod) {
                        entry.pods.compute(
                            pod.getMetadata().getUid(),
                            (uid, known) -> newer(Optional.ofNullable(known), pod));
                      }
                    }));
  }

  private static <T extends HasMetadata> T newer(Optional<T> known, T object) {
    return known.filter(k -> version(k) > version(object)).orElse(object);
  }

  /** Versions of one kind of object grow (KEP-5504); one that is not a number counts as last. */
  private static long version(HasMetadata object) {
    try {
      return Long.parseLong(object.getMetadata().getResourceVersion());
    } catch (NumberFormatException e) {
      return Long.MAX_VALUE;
    }
  }

  /** The uids of the known anchors and pods of this name. */
  public synchronized Set<String> known(ObjectRef object) {
    return objects(object).map(o -> o.getMetadata().getUid()).collect(Collectors.toSet());
  }

  /**
   * The cluster says that an object is not there.
   *
   * @param uids of the anchors and pods of this name that were known when it was asked
   */
  public void onMissing(ObjectRef object, Set<String> uids) {
    List<HasMetadata> missing;
    synchronized (this) {
      missing = objects(object).filter(o -> uids.contains(o.getMetadata().getUid())).toList();
    }
    missing.forEach(this::onDelete);
  }

  private Stream<HasMetadata> objects(ObjectRef object) {
    return entries.values().stream()
        .flatMap(e -> Stream.concat(e.anchor.stream(), e.pods.values().stream()))
        .map(o -> (HasMetadata) o)
        .filter(o -> ObjectRef.to(o).anyLife().equals(object.anyLife()));
  }

  /** An anchor or pod was deleted. */
  public void onDelete(HasMetadata object) {
    reader
        .key(object)
        .ifPresent(
            key ->
                change(
                    key,
                    object,
                    entry -> {
                      ended.add(object);
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

  private void change(SessionKey key, HasMetadata object, Consumer<Entry> change) {
    synchronized (this) {
      update(key, object, change);
    }
    subscribers.forEach(subscriber -> subscriber.deliver(executor));
  }

  private void update(SessionKey key, HasMetadata object, Consumer<Entry> change) {
    Entry entry = entries.computeIfAbsent(key, k -> new Entry());
    Optional<Session> before = Optional.ofNullable(entry.session);
    Optional<ConfigMap> anchorBefore = entry.anchor;
    change.accept(entry);
    if (entry.anchor.isEmpty() && entry.pods.isEmpty()) {
      entries.remove(key);
      dues.remove(key);
      before.ifPresent(
          last -> offer(new SessionUpdate(object, before, Sessions.inState(last, State.STOPPED))));
      return;
    }
    entry.session = reader.read(key, entry.anchor, entry.pod(), entry.failure.of(entry.pod()));
    dueAt(entry).ifPresentOrElse(at -> dues.set(key, at), () -> dues.remove(key));
    UnreadableTimes.warn(anchorBefore, entry.anchor, entry.session);
    offer(new SessionUpdate(object, before, entry.session));
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

  private void offer(SessionUpdate update) {
    subscribers.forEach(subscriber -> subscriber.offer(update));
  }
}
