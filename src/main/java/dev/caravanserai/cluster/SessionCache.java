package dev.caravanserai.cluster;

import dev.caravanserai.session.Session;
import dev.caravanserai.session.SessionKey;
import dev.caravanserai.session.State;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
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

/**
 * The index and the side that writes it: for watches, and for the senders of requests to the
 * cluster ({@code ArchitectureTest} allows no others).
 *
 * <p>The same object is reported on several paths that race: two watches, relists, direct reads,
 * and the answers to our own requests. {@link LifeTable} decides which reports count. Thread-safe.
 */
public final class SessionCache implements SessionIndex, AutoCloseable {
  private final SessionReader reader;
  private final LifeTable lives;
  private final ExpiryQueue dues = new ExpiryQueue(System::nanoTime);
  private final List<Life.Doubt> doubts = new ArrayList<>();

  /** To be logged without the lock. */
  private final List<Runnable> warnings = new ArrayList<>();

  private final List<Subscriber> subscribers = new CopyOnWriteArrayList<>();
  private final Executor executor;
  private volatile Function<SessionKey, CompletionStage<Optional<Session>>> refresh =
      key -> CompletableFuture.completedFuture(find(key));
  private volatile Consumer<Life.Doubt> resolver = doubt -> {};
  private volatile Consumer<ObjectRef> deletionCheck =
      object -> onMissing(Set.of(object.uid().orElseThrow()));

  /**
   * @param executor calls the listeners; gets at most one task for each at a time
   */
  public SessionCache(String cluster, Executor executor) {
    this.reader = new SessionReader(cluster);
    this.lives = new LifeTable(reader);
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

  /** Finds out whether an object still exists, and reports that here; must not block. */
  void confirmDeletionsBy(Consumer<ObjectRef> check) {
    this.deletionCheck = check;
  }

  @Override
  public CompletionStage<Optional<Session>> refresh(SessionKey key) {
    return refresh.apply(key);
  }

  @Override
  public synchronized Optional<Session> find(SessionKey key) {
    return lives.current(key).flatMap(Life::session);
  }

  @Override
  public List<Session> all() {
    return sessions().stream()
        .sorted(
            Comparator.comparing(Session::createdAt)
                .thenComparing(Session::tenant)
                .thenComparing(Session::id))
        .toList();
  }

  @Override
  public long count(String profile, State state) {
    return sessions().stream()
        .filter(s -> s.state() == state && s.profile().equals(profile))
        .count();
  }

  /** A copy, unordered, to be sorted and filtered without the lock. */
  private synchronized List<Session> sessions() {
    return lives.keys().stream().flatMap(key -> find(key).stream()).toList();
  }

  @Override
  public synchronized List<Session> takeDue(Instant now) {
    return dues.take(now).stream().flatMap(key -> find(key).stream()).toList();
  }

  @Override
  public synchronized Optional<SessionSnapshot> snapshot(SessionKey key) {
    return lives
        .current(key)
        .flatMap(
            life ->
                life.session()
                    .map(
                        session ->
                            new SessionSnapshot(session, life.anchor(), life.pod(), dues.at(key))));
  }

  @Override
  public synchronized List<Pod> orphans() {
    return lives.withoutAnchor().filter(pod -> !Life.deleting(pod)).toList();
  }

  @Override
  public synchronized Optional<SessionKey> keyOf(HasMetadata object) {
    return lives.keyOf(object);
  }

  @Override
  public synchronized Optional<String> madeWith(String tenant, String idempotencyKey) {
    return lives.madeWith(tenant, idempotencyKey).map(SessionKey::id);
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
    deliverAfter(() -> update(Stripped.of(object)));
  }

  /** An anchor or pod was deleted. */
  public void onDelete(HasMetadata object) {
    String uid = LifeTable.uid(object);
    deliverAfter(() -> lives.remove(uid).ifPresent(life -> publish(life, object)));
  }

  /** A watch says that an object was deleted, or that it has lost the labels of the watch. */
  public void onUnselected(HasMetadata object) {
    if (Life.deleting(object) || object(LifeTable.uid(object)).isEmpty()) {
      onDelete(object);
    } else {
      deletionCheck.accept(ObjectRef.to(object));
    }
  }

  /**
   * A list by labels does not have objects.
   *
   * @param uids of anchors and pods that were known when it was asked
   */
  public void onUnlisted(Set<String> uids) {
    uids.forEach(uid -> object(uid).ifPresent(this::onUnselected));
  }

  private synchronized Optional<HasMetadata> object(String uid) {
    return lives.object(uid);
  }

  /** The tenant whose session has this anchor or pod; empty if none is known. */
  public synchronized String tenant(ObjectRef object) {
    return lives.named(object.anyLife()).stream()
        .findFirst()
        .flatMap(lives::holder)
        .map(life -> life.key.tenant())
        .orElse("");
  }

  /** The uids of the known anchors and pods of this name. */
  public synchronized Set<String> known(ObjectRef object) {
    return lives.named(object.anyLife());
  }

  /** The uids of the known anchors or pods of a namespace. */
  public synchronized Set<String> known(String namespace, Class<? extends HasMetadata> type) {
    return lives
        .objects()
        .filter(o -> type.isInstance(o) && o.getMetadata().getNamespace().equals(namespace))
        .map(LifeTable::uid)
        .collect(Collectors.toCollection(HashSet::new));
  }

  /**
   * The cluster says that objects are not there.
   *
   * @param uids of anchors and pods that were known when it was asked
   */
  public void onMissing(Set<String> uids) {
    deliverAfter(
        () ->
            uids.forEach(
                uid -> {
                  Optional<HasMetadata> last = lives.object(uid);
                  lives.remove(uid).ifPresent(life -> publish(life, last.orElseThrow()));
                }));
  }

  /** Drops what is known of a namespace that cannot be watched; its sessions may live on. */
  public synchronized void forget(String namespace) {
    lives.forget(namespace).forEach(dues::remove);
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
    return lives
        .of(doubt.key(), doubt.anchor().uid().orElseThrow())
        .filter(life -> life.doubt().isPresent());
  }

  private void deliverAfter(Runnable change) {
    List<Life.Doubt> found;
    List<Runnable> logs;
    synchronized (this) {
      change.run();
      found = List.copyOf(doubts);
      doubts.clear();
      logs = List.copyOf(warnings);
      warnings.clear();
    }
    logs.forEach(Runnable::run);
    subscribers.forEach(subscriber -> subscriber.deliver(executor));
    found.forEach(resolver);
  }

  private void update(HasMetadata object) {
    Optional<HasMetadata> before = lives.object(LifeTable.uid(object));
    for (Life former : lives.endedBy(object)) {
      List<HasMetadata> objects = former.objects();
      objects.forEach(o -> lives.remove(LifeTable.uid(o)));
      publish(former, objects.get(0));
    }
    lives
        .put(object)
        .ifPresent(
            life -> {
              publish(life, object);
              if (object instanceof ConfigMap anchor) {
                Session session = life.session().orElseThrow();
                warnings.add(() -> UnreadableTimes.warn(before, anchor, session));
              }
            });
  }

  private void publish(Life life, HasMetadata object) {
    Optional<Session> before = life.session();
    if (life.over()) {
      lives.end(life);
      before.ifPresent(last -> offer(new SessionUpdate(object, before, last.stopped())));
    } else {
      Session session = life.read(reader);
      life.doubt().ifPresent(doubts::add);
      offer(new SessionUpdate(object, before, session));
    }
    lives
        .current(life.key)
        .flatMap(Life::due)
        .ifPresentOrElse(at -> dues.set(life.key, at), () -> dues.remove(life.key));
  }

  private void offer(SessionUpdate update) {
    subscribers.forEach(subscriber -> subscriber.offer(update));
  }
}
