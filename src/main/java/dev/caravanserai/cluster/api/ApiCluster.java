package dev.caravanserai.cluster.api;

import dev.caravanserai.cluster.Cluster;
import dev.caravanserai.cluster.ContainerRef;
import dev.caravanserai.cluster.DirectReads;
import dev.caravanserai.cluster.ExecListener;
import dev.caravanserai.cluster.ExecOpener;
import dev.caravanserai.cluster.ExecStart;
import dev.caravanserai.cluster.LogQuery;
import dev.caravanserai.cluster.ObjectRef;
import dev.caravanserai.cluster.SessionIndex;
import dev.caravanserai.cluster.SessionKey;
import dev.caravanserai.cluster.Timers;
import dev.caravanserai.cluster.WatchStatus;
import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.Session;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;

/**
 * A cluster behind an API server. The client's blocking calls, each as short as one request, run on
 * a small bounded pool: what waits for long (readiness, exec, streams) holds no thread.
 */
public final class ApiCluster implements Cluster {
  private final String name;
  private final String namespace;
  private final KubernetesClient client;
  private final ExecOpener execs;
  private final PodLogs logs;
  private final Deletion deletion;
  private final SessionIndex index;
  private final DirectReads direct;
  private final Map<String, NamespaceWatch> watches = new ConcurrentHashMap<>();
  private final Map<String, CompletableFuture<Void>> synced = new ConcurrentHashMap<>();
  private final List<Consumer<WatchStatus>> watchListeners = new CopyOnWriteArrayList<>();
  private final RequestPool requests = new RequestPool();
  private final Warnings warnings;
  private final ScheduledExecutorService timer;

  /**
   * @param client stays the caller's to close, after the cluster
   * @param namespace for profiles that name none
   */
  public ApiCluster(String name, KubernetesClient client, String namespace) {
    this.name = name;
    this.namespace = namespace;
    this.client = client;
    this.timer = Timers.named("cluster-timer");
    this.execs = new PodExecOpener(client, timer);
    this.logs = new PodLogs(client);
    this.deletion = new Deletion(client);
    this.index = new SessionIndex(name);
    this.direct = new DirectReads(this, synced::keySet);
    this.warnings = new Warnings(client);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String namespace() {
    return namespace;
  }

  @Override
  public SessionIndex sessions() {
    return index;
  }

  @Override
  public CompletionStage<Void> watch(String namespace) {
    return synced.computeIfAbsent(
        namespace,
        ns -> {
          NamespaceWatch watch = new NamespaceWatch(client, ns, index);
          CompletableFuture<Void> ready =
              watch
                  .start()
                  .exceptionally(
                      thrown -> {
                        synced.remove(ns);
                        watch.close();
                        throw ApiFailures.of(RequestPool.root(thrown), "Watching namespace " + ns);
                      })
                  .toCompletableFuture();
          watches.put(ns, watch);
          ready.thenRun(() -> watchListeners.forEach(watch.status()::forEach));
          return ready;
        });
  }

  @Override
  public CompletionStage<Optional<Session>> lookFor(SessionKey key) {
    return direct.read(key);
  }

  @Override
  public <T extends HasMetadata> CompletionStage<T> create(T object) {
    return requests
        .run("Creating " + ObjectRef.to(object), () -> client.resource(object).create())
        .thenApply(
            made -> {
              index.made(made);
              return made;
            });
  }

  @Override
  public <T extends HasMetadata> CompletionStage<Optional<T>> get(
      Class<T> type, String namespace, String name) {
    return requests.run(
        "Reading " + new ObjectRef(type, namespace, name),
        () ->
            Optional.ofNullable(
                client.resources(type).inNamespace(namespace).withName(name).get()));
  }

  @Override
  public CompletionStage<Boolean> delete(ObjectRef object, Optional<String> uid) {
    return requests.run("Deleting " + object, () -> deletion.of(object, uid, index::lost));
  }

  @Override
  public CompletionStage<Void> annotate(ObjectRef object, Map<String, String> annotations) {
    String patch = Serialization.asJson(Map.of("metadata", Map.of("annotations", annotations)));
    return requests.run(
        "Annotating " + object,
        () -> {
          try {
            Optional.<HasMetadata>ofNullable(
                    resource(object).patch(PatchContext.of(PatchType.JSON_MERGE), patch))
                .ifPresent(index::changed);
          } catch (KubernetesClientException e) {
            if (e.getCode() != 404) {
              throw e;
            }
          }
          return null;
        });
  }

  @Override
  public CompletionStage<List<String>> warnings(String namespace, String uid) {
    return requests.run("Reading the events of " + uid, () -> warnings.of(namespace, uid));
  }

  @Override
  public CompletionStage<byte[]> logs(ContainerRef container, LogQuery query) {
    return requests.counted(logs.read(container, query));
  }

  @Override
  public long failures(FailureCode code) {
    return requests.failures(code);
  }

  @Override
  public void onWatch(Consumer<WatchStatus> listener) {
    watchListeners.add(listener);
    watches.forEach(
        (ns, watch) -> {
          if (synced.containsKey(ns)) {
            watch.status().forEach(listener);
          }
        });
  }

  @Override
  public void open(ExecStart start, ExecListener listener) {
    execs.open(start, listener);
  }

  @Override
  public void close() {
    watches.values().forEach(NamespaceWatch::close);
    requests.close();
    timer.shutdownNow();
  }

  private Resource<? extends HasMetadata> resource(ObjectRef object) {
    return client.resources(object.type()).inNamespace(object.namespace()).withName(object.name());
  }
}
