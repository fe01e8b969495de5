package dev.caravanserai.cluster;

import dev.caravanserai.session.Annotations;
import dev.caravanserai.session.Session;
import dev.caravanserai.session.SessionKey;
import dev.caravanserai.session.State;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
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
 * ({@code ArchitectureTest} lets nobody else use it).
 *
 * <p>The same object is reported on several paths that race: two watches, relists, direct reads,
 * and the answers to our own requests. So a report counts only if its uid is not known to be
 * deleted ({@link Tombstones}) and its resourceVersion is later than the known one; versions of one
 * kind of object are numbers that grow (KEP-5504). Objects belong to a {@link Life} by the uid of
 * its anchor, so a pod of the former life of a name never counts for the next one. Thread-safe.
 */
public final class SessionCache implements SessionIndex, AutoCloseable {
  private final SessionReader reader;
  private final Map<SessionKey, List<Life>> lives = new HashMap<>();
  private final ExpiryQueue dues = new ExpiryQueue(System::nanoTime);
  private final Tombstones dead = new Tombstones();
  private final List<Life.Doubt> doubts = new ArrayList<>();
  private final List<Subscriber> subscribers = new CopyOnWriteArrayList<>();
  private final Executor executor;
  private volatile Function<SessionKey, CompletionStage<Optional<Session>>> refresh =
      key -> CompletableFuture.completedFuture(find(key));
  private volatile Consumer<Life.Doubt> resolver = doubt -> {};

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

  /** Finds out whether a pod is really gone, and calls {@link #onPodLost} if so; must not block. */
  void resolveDoubtsBy(Consumer<Life.Doubt> resolver) {
    this.resolver = resolver;
  }

  @Override
  public CompletionStage<Optional<Session>> refresh(SessionKey key) {
    return refresh.apply(key);
  }

  @Override
  public synchronized Optional<Session> find(SessionKey key) {
    return current(key).flatMap(Life::session);
  }

  @Override
  public synchronized List<Session> all() {
    return sessions()
        .sorted(
            Comparator.comparing(Session::createdAt)
                .thenComparing(Session::tenant)
                .thenComparing(Session::id))
        .toList();
  }

  @Override
  public synchronized long count(String profile, State state) {
    return sessions().filter(s -> s.state() == state && s.profile().equals(profile)).count();
  }

  private Stream<Session> sessions() {
    return lives.keySet().stream().flatMap(key -> find(key).stream());
  }

  @Override
  public synchronized List<Session> takeDue(Instant now) {
    return dues.take(now).stream().flatMap(key -> find(key).stream()).toList();
  }

  @Override
  public synchronized Optional<Instant> dueAt(SessionKey key) {
    return dues.at(key);
  }

  @Override
  public synchronized Optional<Pod> pod(SessionKey key) {
    return current(key).flatMap(Life::pod);
  }

  @Override
  public synchronized Optional<ConfigMap> anchor(SessionKey key) {
    return current(key).flatMap(Life::anchor);
  }

  @Override
  public synchronized Optional<String> madeWith(String tenant, String idempotencyKey) {
    return lives.keySet().stream()
        .filter(key -> key.tenant().equals(tenant))
        .filter(key -> anchor(key).filter(a -> madeWith(a, idempotencyKey)).isPresent())
        .map(SessionKey::id)
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

  /** How many updates each subscriber has lost, by its name; those that lost none are absent. */
  public Map<String, Long> dropped() {
    return subscribers.stream()
        .filter(subscriber -> subscriber.dropped() > 0)
        .collect(Collectors.toMap(Subscriber::name, Subscriber::dropped, Long::sum));
  }

  @Override
  public void close() {
    subscribers.forEach(Subscriber::close);
  }

  /** An anchor or pod exists, says a watch, a list, a direct read or the answer to a request. */
  public void onUpdate(HasMetadata object) {
    reader.key(object).ifPresent(key -> deliverAfter(() -> update(key, object)));
  }

  /** An anchor or pod was deleted. */
  public void onDelete(HasMetadata object) {
    reader.key(object).ifPresent(key -> deliverAfter(() -> delete(key, object)));
  }

  /** The uids of the known anchors and pods of this name. */
  public synchronized Set<String> known(ObjectRef object) {
    return objects(object).map(SessionCache::uid).collect(Collectors.toSet());
  }

  /** The uids of the known anchors or pods of a namespace. */
  public synchronized Set<String> known(String namespace, Class<? extends HasMetadata> type) {
    return objects()
        .filter(o -> type.isInstance(o) && o.getMetadata().getNamespace().equals(namespace))
        .map(SessionCache::uid)
        .collect(Collectors.toCollection(HashSet::new));
  }

  /**
   * The cluster says that objects are not there.
   *
   * @param uids of anchors and pods that were known when it was asked
   */
  public void onMissing(Set<String> uids) {
    List<HasMetadata> missing;
    synchronized (this) {
      missing = objects().filter(o -> uids.contains(uid(o))).toList();
      uids.forEach(dead::add);
    }
    missing.forEach(this::onDelete);
  }

  /** The cluster has the anchor, but not the pod, or only one that is being deleted. */
  void onPodLost(Life.Doubt doubt) {
    deliverAfter(
        () ->
            doubtful(doubt)
                .ifPresent(
                    life -> {
                      life.podLost();
                      publish(life, life.anchor().orElseThrow());
                    }));
  }

  synchronized boolean isOpen(Life.Doubt doubt) {
    return doubtful(doubt).isPresent();
  }

  private Optional<Life> doubtful(Life.Doubt doubt) {
    return life(doubt.key(), doubt.anchor().uid().orElseThrow())
        .filter(life -> life.doubt().isPresent());
  }

  private Stream<HasMetadata> objects(ObjectRef object) {
    if (!Set.of("ConfigMap", "Pod").contains(object.kind())) {
      return Stream.empty();
    }
    return objects().filter(o -> ObjectRef.to(o).anyLife().equals(object.anyLife()));
  }

  private Stream<HasMetadata> objects() {
    return lives.values().stream().flatMap(List::stream).flatMap(life -> life.objects().stream());
  }

  private void deliverAfter(Runnable change) {
    List<Life.Doubt> found;
    synchronized (this) {
      change.run();
      found = List.copyOf(doubts);
      doubts.clear();
    }
    subscribers.forEach(subscriber -> subscriber.deliver(executor));
    found.forEach(resolver);
  }

  private void update(SessionKey key, HasMetadata object) {
    String uid = uid(object);
    String owner = object instanceof Pod pod ? anchorUid(pod).orElse(uid) : uid;
    Optional<Life> known = life(key, owner);
    if (dead.has(uid) || dead.has(owner) && known.isEmpty()) {
      return;
    }
    if (known.flatMap(life -> life.known(uid)).filter(last -> !later(object, last)).isPresent()) {
      return;
    }
    if (object instanceof ConfigMap && known.isEmpty() && !replacesOthers(key, object)) {
      dead.add(uid);
      return;
    }
    Life life = known.orElseGet(() -> begin(key, owner));
    Optional<ConfigMap> anchorBefore = life.anchor();
    life.put(object);
    publish(life, object);
    UnreadableTimes.warn(anchorBefore, life.anchor(), life.session().orElseThrow());
  }

  /** One name is one object at a time, so of two anchors of a name the later one is alive. */
  private boolean replacesOthers(SessionKey key, HasMetadata anchor) {
    List<Life> others =
        lives.getOrDefault(key, List.of()).stream()
            .filter(life -> life.anchor().filter(a -> sameName(a, anchor)).isPresent())
            .toList();
    if (others.stream().anyMatch(life -> !later(anchor, life.anchor().orElseThrow()))) {
      return false;
    }
    others.forEach(
        life -> {
          List<HasMetadata> objects = life.objects();
          objects.forEach(o -> remove(life, uid(o)));
          publish(life, objects.get(0));
        });
    return true;
  }

  private void delete(SessionKey key, HasMetadata object) {
    dead.add(uid(object));
    lives.getOrDefault(key, List.of()).stream()
        .filter(life -> life.known(uid(object)).isPresent())
        .findFirst()
        .ifPresent(
            life -> {
              remove(life, uid(object));
              publish(life, object);
            });
  }

  private void remove(Life life, String uid) {
    dead.add(uid);
    life.remove(uid);
  }

  private void publish(Life life, HasMetadata object) {
    Optional<Session> before = life.session();
    if (life.over()) {
      end(life);
      before.ifPresent(last -> offer(new SessionUpdate(object, before, last.stopped())));
    } else {
      Session session = life.read(reader);
      life.doubt().ifPresent(doubts::add);
      offer(new SessionUpdate(object, before, session));
    }
    current(life.key)
        .flatMap(Life::due)
        .ifPresentOrElse(at -> dues.set(life.key, at), () -> dues.remove(life.key));
  }

  private void offer(SessionUpdate update) {
    subscribers.forEach(subscriber -> subscriber.offer(update));
  }

  private Life begin(SessionKey key, String uid) {
    Life life = new Life(key, uid);
    lives.computeIfAbsent(key, k -> new ArrayList<>()).add(life);
    return life;
  }

  private void end(Life life) {
    lives.computeIfPresent(
        life.key,
        (key, all) -> {
          all.remove(life);
          return all.isEmpty() ? null : all;
        });
  }

  private Optional<Life> life(SessionKey key, String uid) {
    return lives.getOrDefault(key, List.of()).stream().filter(l -> l.uid.equals(uid)).findFirst();
  }

  /** The one with the latest anchor; the last that began, if none has one. */
  private Optional<Life> current(SessionKey key) {
    return lives.getOrDefault(key, List.of()).stream()
        .reduce(
            (one, next) ->
                one.anchor().isEmpty()
                        || next.anchor().filter(a -> later(a, one.anchor().get())).isPresent()
                    ? next
                    : one);
  }

  private static Optional<String> anchorUid(Pod pod) {
    return Optional.ofNullable(pod.getMetadata().getOwnerReferences()).stream()
        .flatMap(List::stream)
        .filter(owner -> owner.getKind().equals("ConfigMap"))
        .map(OwnerReference::getUid)
        .findFirst();
  }

  private static boolean sameName(HasMetadata one, HasMetadata other) {
    return ObjectRef.to(one).anyLife().equals(ObjectRef.to(other).anyLife());
  }

  private static boolean later(HasMetadata object, HasMetadata known) {
    return version(object) > version(known) || version(object) < 0;
  }

  private static long version(HasMetadata object) {
    try {
      return Long.parseLong(object.getMetadata().getResourceVersion());
    } catch (NumberFormatException notComparable) {
      return -1;
    }
  }

  private static String uid(HasMetadata object) {
    return object.getMetadata().getUid();
  }
}
