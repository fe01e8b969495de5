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
import dev.caravanserai.cluster.WatchStatus;
import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.FailureException;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * A cluster behind an API server. The client's blocking calls, each as short as one request, run on
 * a small bounded pool: what waits for long (readiness, exec, streams) holds no thread.
 */
public final class ApiCluster implements Cluster {
  private static final int REQUESTS_AT_ONCE = 16;
  private static final int EVENTS_TOLD = 5;

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
  private final FailureCounts failures = new FailureCounts();
  private final ThreadPoolExecutor requests;
  private final ScheduledExecutorService timer;

  /**
   * @param client is closed with the cluster
   * @param namespace for profiles that name none
   */
  public ApiCluster(String name, KubernetesClient client, String namespace) {
    this.name = name;
    this.namespace = namespace;
    this.client = client;
    this.timer = timer();
    this.execs = new PodExecOpener(client, timer);
    this.logs = new PodLogs(client);
    this.deletion = new Deletion(client);
    this.index = new SessionIndex(name);
    this.direct = new DirectReads(this, synced::keySet);
    this.requests = pool();
  }

  private static ScheduledExecutorService timer() {
    return Executors.newSingleThreadScheduledExecutor(task -> daemon(task, "cluster-timer"));
  }

  private static Thread daemon(Runnable task, String name) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    return thread;
  }

  private static ThreadPoolExecutor pool() {
    AtomicInteger number = new AtomicInteger();
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            REQUESTS_AT_ONCE,
            REQUESTS_AT_ONCE,
            30,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> daemon(task, "cluster-request-" + number.incrementAndGet()));
    pool.allowCoreThreadTimeOut(true);
    return pool;
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
                        throw ApiFailures.of(root(thrown), "Watching namespace " + ns);
                      })
                  .toCompletableFuture();
          watches.put(ns, watch);
          ready.thenRun(() -> watchListeners.forEach(watch.status()::forEach));
          return ready;
        });
  }

  @Override
  public CompletionStage<Void> lookFor(SessionKey key) {
    return direct.read(key);
  }

  @Override
  public <T extends HasMetadata> CompletionStage<T> create(T object) {
    return request("Creating " + ObjectRef.to(object), () -> client.resource(object).create())
        .thenApply(
            made -> {
              index.made(made);
              return made;
            });
  }

  @Override
  public <T extends HasMetadata> CompletionStage<Optional<T>> get(
      Class<T> type, String namespace, String name) {
    return request(
        "Reading " + new ObjectRef(type, namespace, name),
        () ->
            Optional.ofNullable(
                client.resources(type).inNamespace(namespace).withName(name).get()));
  }

  @Override
  public CompletionStage<Boolean> delete(ObjectRef object, Optional<String> uid) {
    return request("Deleting " + object, () -> deletion.of(object, uid, index::lost));
  }

  @Override
  public CompletionStage<Void> annotate(ObjectRef object, Map<String, String> annotations) {
    String patch = Serialization.asJson(Map.of("metadata", Map.of("annotations", annotations)));
    return request(
        "Annotating " + object,
        () -> {
          try {
            resource(object).patch(PatchContext.of(PatchType.JSON_MERGE), patch);
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
    return request(
        "Reading the events of " + uid,
        () ->
            client
                .v1()
                .events()
                .inNamespace(namespace)
                .withField("involvedObject.uid", uid)
                .withField("type", "Warning")
                .list()
                .getItems()
                .stream()
                .sorted(Comparator.comparing(ApiCluster::time))
                .map(e -> e.getReason() + ": " + e.getMessage())
                .distinct()
                .collect(
                    java.util.stream.Collectors.collectingAndThen(
                        java.util.stream.Collectors.toList(),
                        all -> all.subList(Math.max(0, all.size() - EVENTS_TOLD), all.size()))));
  }

  private static String time(Event event) {
    return Optional.ofNullable(event.getLastTimestamp())
        .or(() -> Optional.ofNullable(event.getMetadata().getCreationTimestamp()))
        .orElse("");
  }

  @Override
  public CompletionStage<byte[]> logs(ContainerRef container, LogQuery query) {
    return logs.read(container, query).whenComplete((log, thrown) -> count(thrown));
  }

  @Override
  public long failures(FailureCode code) {
    return failures.of(code);
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
    requests.shutdownNow();
    timer.shutdownNow();
    client.close();
  }

  private Resource<? extends HasMetadata> resource(ObjectRef object) {
    return client.resources(object.type()).inNamespace(object.namespace()).withName(object.name());
  }

  private <T> CompletionStage<T> request(String action, Supplier<T> call) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return call.get();
          } catch (RuntimeException e) {
            FailureException failure = ApiFailures.of(e, action);
            count(failure);
            throw failure;
          }
        },
        requests);
  }

  private void count(Throwable thrown) {
    if (thrown != null && root(thrown) instanceof FailureException failure) {
      failures.add(failure.failure().code());
    }
  }

  private static Throwable root(Throwable thrown) {
    return thrown instanceof java.util.concurrent.CompletionException && thrown.getCause() != null
        ? thrown.getCause()
        : thrown;
  }
}
