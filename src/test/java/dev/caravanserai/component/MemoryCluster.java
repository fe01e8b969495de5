package dev.caravanserai.component;

import dev.caravanserai.cluster.Cluster;
import dev.caravanserai.cluster.ContainerRef;
import dev.caravanserai.cluster.ExecListener;
import dev.caravanserai.cluster.ExecStart;
import dev.caravanserai.cluster.LogQuery;
import dev.caravanserai.cluster.ObjectRef;
import dev.caravanserai.cluster.SessionIndex;
import dev.caravanserai.cluster.SessionKey;
import dev.caravanserai.cluster.WatchStatus;
import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.FailureException;
import dev.caravanserai.session.Session;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** Objects under their names, in memory, of which the watch tells when the test says so. */
final class MemoryCluster implements Cluster {
  private final SessionIndex index = new SessionIndex("memory");
  private final Map<ObjectRef, HasMetadata> objects = new ConcurrentHashMap<>();
  private final AtomicInteger uids = new AtomicInteger();
  private volatile boolean silent;

  /** From now on the cluster does what it is asked, but does not answer. */
  void fallSilent() {
    silent = true;
  }

  /** The cluster answers again, and the watch tells all that is there. */
  void comeBack() {
    silent = false;
    objects.values().forEach(index::seen);
  }

  /** What is there, as kind and name. */
  Set<String> there() {
    return objects.values().stream()
        .map(o -> o.getKind() + "/" + o.getMetadata().getName())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  @SuppressWarnings("unchecked")
  <T extends HasMetadata> Optional<T> now(T planned) {
    return Optional.ofNullable((T) objects.get(ObjectRef.to(planned)));
  }

  @Override
  public <T extends HasMetadata> CompletionStage<T> create(T object) {
    T made = Serialization.clone(object);
    made.getMetadata().setUid("uid-" + uids.incrementAndGet());
    HasMetadata before = objects.putIfAbsent(ObjectRef.to(made), made);
    return before != null
        ? failed(FailureCode.CONFLICT)
        : silent
            ? failed(FailureCode.CLUSTER_UNREACHABLE)
            : CompletableFuture.completedFuture(made);
  }

  @Override
  public <T extends HasMetadata> CompletionStage<Optional<T>> get(
      Class<T> type, String namespace, String name) {
    return CompletableFuture.completedFuture(
        Optional.ofNullable(objects.get(new ObjectRef(type, namespace, name))).map(type::cast));
  }

  @Override
  public CompletionStage<Boolean> delete(ObjectRef object, Optional<String> uid) {
    HasMetadata there = objects.get(object);
    boolean meant =
        there != null && uid.filter(u -> !u.equals(there.getMetadata().getUid())).isEmpty();
    return CompletableFuture.completedFuture(meant && objects.remove(object, there));
  }

  private static <T> CompletionStage<T> failed(FailureCode code) {
    return CompletableFuture.failedFuture(FailureException.of(code, "in a test"));
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
  public SessionIndex sessions() {
    return index;
  }

  @Override
  public CompletionStage<Void> watch(String namespace) {
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public CompletionStage<Optional<Session>> lookFor(SessionKey key) {
    return CompletableFuture.completedFuture(index.find(key));
  }

  @Override
  public CompletionStage<Void> annotate(ObjectRef object, Map<String, String> annotations) {
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public CompletionStage<List<String>> warnings(String namespace, String uid) {
    return CompletableFuture.completedFuture(List.of());
  }

  @Override
  public CompletionStage<byte[]> logs(ContainerRef container, LogQuery query) {
    throw new UnsupportedOperationException();
  }

  @Override
  public long failures(FailureCode code) {
    return 0;
  }

  @Override
  public void onWatch(Consumer<WatchStatus> listener) {}

  @Override
  public void open(ExecStart start, ExecListener listener) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() {}
}
