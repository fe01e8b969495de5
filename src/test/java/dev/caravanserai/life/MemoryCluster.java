package dev.caravanserai.life;

import dev.caravanserai.cluster.ByteSource;
import dev.caravanserai.cluster.Cluster;
import dev.caravanserai.cluster.ClusterHealth;
import dev.caravanserai.cluster.ExecOpener;
import dev.caravanserai.cluster.Logs;
import dev.caravanserai.cluster.ObjectRef;
import dev.caravanserai.cluster.Objects;
import dev.caravanserai.cluster.SessionCache;
import dev.caravanserai.cluster.SessionIndex;
import dev.caravanserai.cluster.WatchStatus;
import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.FailureException;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** A cluster in memory. Its watch delivers what the test tells it to. */
public final class MemoryCluster implements Cluster, Objects {
  private final SessionCache cache = new SessionCache("memory", Runnable::run);
  private final Map<ObjectRef, HasMetadata> objects = new ConcurrentHashMap<>();
  private final Map<ObjectRef, Map<String, String>> notes = new ConcurrentHashMap<>();
  private final Map<String, FailureCode> refused = new ConcurrentHashMap<>();
  private final Map<String, List<String>> warnings = new ConcurrentHashMap<>();
  private final Map<String, byte[]> logs = new ConcurrentHashMap<>();
  private final Map<String, ByteSource> streams = new ConcurrentHashMap<>();
  private final AtomicInteger uids = new AtomicInteger();
  private final AtomicInteger reads = new AtomicInteger();
  private final AtomicReference<Runnable> afterRead = new AtomicReference<>(() -> {});
  private final Map<String, CompletableFuture<Void>> held = new ConcurrentHashMap<>();
  private final AtomicInteger noted = new AtomicInteger();
  private volatile CompletableFuture<Boolean> answer = CompletableFuture.completedFuture(true);
  private final List<String> namespaces = new CopyOnWriteArrayList<>(List.of("ns"));
  private volatile boolean silent;
  private volatile ExecOpener execs =
      (start, listener) -> {
        throw new UnsupportedOperationException();
      };

  /** From now on commands are started so. */
  public void execs(ExecOpener opener) {
    execs = opener;
  }

  /** From now on the watch of the index delivers this state of an object. */
  public void deliver(HasMetadata object) {
    cache.onUpdate(object);
  }

  /** The watch delivers the end of an object. */
  public void deliverEnd(HasMetadata object) {
    objects.remove(ObjectRef.to(object).anyLife());
    cache.onDelete(object);
  }

  /** The watch delivers the end of an object, whatever has its name now. */
  public void lateEnd(HasMetadata object) {
    cache.onDelete(object);
  }

  /** Puts an object there as it is. */
  public void put(HasMetadata object) {
    objects.put(ObjectRef.to(object).anyLife(), object);
  }

  /** Removes an object; the watch does not deliver it. */
  public void remove(HasMetadata object) {
    objects.remove(ObjectRef.to(object).anyLife());
  }

  /** From now on every create of a kind is refused, before its name is looked at. */
  public void refuse(String kind, FailureCode code) {
    refused.put(kind, code);
  }

  /** Ends the refusals of creates of a kind. */
  void allow(String kind) {
    refused.remove(kind);
  }

  /** From now on every read of an object of a kind fails. */
  public void refuseReads(String kind, FailureCode code) {
    refused.put("get " + kind, code);
  }

  /** Another namespace is watched, too. */
  void alsoWatches(String namespace) {
    namespaces.add(namespace);
  }

  /** The cluster tells a warning event about each object of a kind. */
  void warn(String kind, String event) {
    warnings.put(kind, List.of(event));
  }

  /** What a container has written. */
  void log(String container, String text) {
    logs.put(container, text.getBytes(StandardCharsets.UTF_8));
  }

  /** What reads the log of a container next. */
  public void log(String container, ByteSource stream) {
    streams.put(container, stream);
  }

  /** The annotations that were set on an object's life. */
  public Map<String, String> notes(ObjectRef object) {
    return notes.getOrDefault(object, Map.of());
  }

  /** What happens once, between the next read of an object and its answer. */
  public void afterNextRead(Runnable change) {
    afterRead.set(change);
  }

  /**
   * From now on a request for an annotation gets no answer.
   *
   * @return answers them
   */
  Runnable holdNotes() {
    CompletableFuture<Boolean> held = new CompletableFuture<>();
    answer = held;
    return () -> held.complete(true);
  }

  /**
   * From now on creates of a kind, or with {@code warnings} their events, get no answer.
   *
   * @return carries them out
   */
  Runnable hold(String what) {
    held.put(what, new CompletableFuture<>());
    return () -> held.get(what).complete(null);
  }

  private CompletionStage<Void> release(String what) {
    return held.getOrDefault(what, CompletableFuture.completedFuture(null));
  }

  /** How many requests for annotations there were. */
  int noted() {
    return noted.get();
  }

  /** How often an object was read. */
  public int reads() {
    return reads.get();
  }

  /** From now on the cluster does what it is asked, but does not answer. */
  void fallSilent() {
    silent = true;
  }

  /** The cluster answers again, and the watch tells all that is there. */
  void comeBack() {
    silent = false;
    objects.values().forEach(cache::onUpdate);
  }

  /** What is there, as kind and name. */
  public Set<String> there() {
    return objects.values().stream()
        .map(o -> o.getKind() + "/" + o.getMetadata().getName())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  @SuppressWarnings("unchecked")
  public <T extends HasMetadata> Optional<T> now(T planned) {
    return Optional.ofNullable((T) objects.get(ObjectRef.to(planned).anyLife()));
  }

  @Override
  public <T extends HasMetadata> CompletionStage<T> create(T object) {
    return release(object.getKind()).thenCompose(now -> createNow(object));
  }

  private <T extends HasMetadata> CompletionStage<T> createNow(T object) {
    FailureCode refusal = refused.get(object.getKind());
    if (refusal != null) {
      return failed(refusal);
    }
    T made = Serialization.clone(object);
    made.getMetadata().setUid("uid-" + uids.incrementAndGet());
    HasMetadata before = objects.putIfAbsent(ObjectRef.to(object).anyLife(), made);
    if (before == null && !silent) {
      cache.onUpdate(made);
      return CompletableFuture.completedFuture(made);
    }
    return failed(before != null ? FailureCode.CONFLICT : FailureCode.CLUSTER_UNREACHABLE);
  }

  @Override
  public CompletionStage<Optional<HasMetadata>> get(String tenant, ObjectRef object) {
    reads.incrementAndGet();
    if (refused.containsKey("get " + object.kind())) {
      return failed(refused.get("get " + object.kind()));
    }
    Optional<HasMetadata> found =
        Optional.ofNullable(objects.get(object.anyLife())).filter(o -> meant(object, o));
    afterRead.getAndSet(() -> {}).run();
    return CompletableFuture.completedFuture(found);
  }

  @Override
  public CompletionStage<Boolean> delete(ObjectRef object) {
    HasMetadata there = objects.get(object.anyLife());
    return CompletableFuture.completedFuture(
        there != null && meant(object, there) && objects.remove(object.anyLife(), there));
  }

  private static boolean meant(ObjectRef object, HasMetadata there) {
    return object.uid().filter(uid -> !uid.equals(there.getMetadata().getUid())).isEmpty();
  }

  private static <T> CompletionStage<T> failed(FailureCode code) {
    return CompletableFuture.failedFuture(FailureException.of(code, "in a test"));
  }

  @Override
  public CompletionStage<Boolean> annotate(
      ObjectRef object, Map<String, String> annotations, Optional<String> resourceVersion) {
    HasMetadata there = objects.get(object.anyLife());
    if (there != null
        && resourceVersion
            .filter(version -> !version.equals(there.getMetadata().getResourceVersion()))
            .isPresent()) {
      return CompletableFuture.completedFuture(false);
    }
    noted.incrementAndGet();
    notes.computeIfAbsent(object, o -> new ConcurrentHashMap<>()).putAll(annotations);
    return answer;
  }

  @Override
  public CompletionStage<List<String>> warnings(ObjectRef object) {
    return release("warnings").thenApply(now -> warnings.getOrDefault(object.kind(), List.of()));
  }

  @Override
  public String name() {
    return "memory";
  }

  @Override
  public String namespace() {
    return "ns";
  }

  @Override
  public Objects objects() {
    return this;
  }

  @Override
  public ExecOpener execs() {
    return (start, listener) -> execs.open(start, listener);
  }

  @Override
  public Logs logs() {
    return (container, query) ->
        CompletableFuture.completedFuture(
            streams.getOrDefault(
                container.container(),
                ByteSource.of(logs.getOrDefault(container.container(), new byte[0]))));
  }

  @Override
  public SessionIndex sessions() {
    return cache;
  }

  @Override
  public CompletionStage<Void> watch(String namespace) {
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public Set<String> places() {
    return Set.copyOf(namespaces);
  }

  @Override
  public List<String> namespaces() {
    return namespaces;
  }

  @Override
  public ClusterHealth health() {
    return new ClusterHealth(Map.of(), Map.of());
  }

  @Override
  public long failures(FailureCode code) {
    return 0;
  }

  @Override
  public int waiting() {
    return 0;
  }

  @Override
  public void onWatch(Consumer<WatchStatus> listener) {}

  @Override
  public void close() {}
}
