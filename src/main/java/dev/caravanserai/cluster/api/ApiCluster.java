package dev.caravanserai.cluster.api;

import dev.caravanserai.cluster.AnchorMarks;
import dev.caravanserai.cluster.Cluster;
import dev.caravanserai.cluster.ClusterHealth;
import dev.caravanserai.cluster.DeletionCheck;
import dev.caravanserai.cluster.DirectReads;
import dev.caravanserai.cluster.ExecOpener;
import dev.caravanserai.cluster.Logs;
import dev.caravanserai.cluster.Objects;
import dev.caravanserai.cluster.PodLoss;
import dev.caravanserai.cluster.SessionCache;
import dev.caravanserai.cluster.SessionIndex;
import dev.caravanserai.cluster.Timers;
import dev.caravanserai.cluster.WatchStatus;
import dev.caravanserai.session.Causes;
import dev.caravanserai.session.FailureCode;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.RequestConfigBuilder;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;

/** A cluster behind an API server. */
public final class ApiCluster implements Cluster {
  private static final Duration WATCH = Duration.ofSeconds(30);

  private final String name;
  private final String namespace;
  private final Duration watch;
  private final KubernetesClient watching;
  private final ScheduledExecutorService timer = Timers.named("cluster-timer");

  /** For answers and listeners; grows with the listeners that block and the requests under way. */
  private final ExecutorService executor = Timers.threads("cluster");

  private final ApiRequests requests;
  private final SessionCache cache;
  private final ApiObjects objects;
  private final DirectReads reads;
  private final ExecOpener execs;
  private final Logs logs;
  private final Contact contact;
  private final List<ObjectWatch<?>> watches = new CopyOnWriteArrayList<>();
  private final List<WatchStatus> statuses = new CopyOnWriteArrayList<>();
  private final Map<String, CompletableFuture<Void>> synced = new ConcurrentHashMap<>();
  private final Set<String> places = ConcurrentHashMap.newKeySet();
  private final List<Consumer<WatchStatus>> watchListeners = new CopyOnWriteArrayList<>();

  /**
   * @param client stays the caller's to close, after the cluster
   * @param namespace for profiles that name none
   * @param queue most requests to the cluster that may wait for each tenant; more are refused with
   *     LIMIT_REACHED
   */
  public ApiCluster(String name, KubernetesClient client, String namespace, int queue) {
    this(name, client, namespace, queue, WATCH);
  }

  /**
   * @param watch how long one watch lasts, in whole seconds
   */
  ApiCluster(String name, KubernetesClient client, String namespace, int queue, Duration watch) {
    this.watch = watch;
    this.name = name;
    this.namespace = namespace;
    this.watching =
        client
            .newClient(
                new RequestConfigBuilder(client.getConfiguration().getRequestConfig())
                    .withWatchReconnectLimit(0)
                    .build())
            .adapt(KubernetesClient.class);
    this.contact = new Contact(name, statuses, watch, timer);
    this.requests = new ApiRequests(client, executor, timer, queue);
    this.cache = new SessionCache(name, executor);
    this.objects = new ApiObjects(client, requests, cache);
    this.execs = new PodExecOpener(client, timer);
    this.logs = new PodLogs(requests, contact::isSilent);
    new DeletionCheck(objects, cache, timer, queue);
    new PodLoss(objects, cache, this::listed, timer);
    new AnchorMarks(objects, cache, timer);
    reads = new DirectReads(objects, cache, this::places, this::isWatched, queue);
    cache.refreshBy(reads::read);
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
  public Objects objects() {
    return objects;
  }

  @Override
  public ExecOpener execs() {
    return execs;
  }

  @Override
  public Logs logs() {
    return logs;
  }

  @Override
  public SessionIndex sessions() {
    return cache;
  }

  @Override
  public CompletionStage<Void> watch(String namespace) {
    places.add(namespace);
    return synced.computeIfAbsent(namespace, this::open);
  }

  private CompletionStage<Void> listed(String namespace) {
    return synced.getOrDefault(namespace, CompletableFuture.completedFuture(null));
  }

  @Override
  public List<String> namespaces() {
    return synced.keySet().stream().sorted().toList();
  }

  @Override
  public Set<String> places() {
    return Set.copyOf(places);
  }

  private boolean isWatched(String namespace) {
    CompletableFuture<Void> watch = synced.get(namespace);
    return watch != null && watch.isDone() && !watch.isCompletedExceptionally();
  }

  private CompletableFuture<Void> open(String namespace) {
    var anchors =
        watching
            .configMaps()
            .inNamespace(namespace)
            .withLabels(DeletionCheck.selector(ConfigMap.class));
    var pods = watching.pods().inNamespace(namespace).withLabels(DeletionCheck.selector(Pod.class));
    List<ObjectWatch<?>> both =
        List.of(
            new ObjectWatch<>(namespace, ConfigMap.class, anchors, watch, cache, executor, timer),
            new ObjectWatch<>(namespace, Pod.class, pods, watch, cache, executor, timer));
    watches.addAll(both);
    CompletableFuture<Void> ready =
        CompletableFuture.allOf(
                both.stream().map(ObjectWatch::start).toArray(CompletableFuture[]::new))
            .exceptionallyAsync( // not within computeIfAbsent, if both have failed already
                thrown -> {
                  synced.remove(namespace);
                  watches.removeAll(both);
                  both.forEach(ObjectWatch::close);
                  cache.forget(namespace); // one of the two may have been listed
                  throw ApiFailures.of(Causes.of(thrown), "Watching namespace " + namespace);
                },
                executor);
    ready.thenRun(() -> both.stream().map(ObjectWatch::status).forEach(this::announce));
    return ready;
  }

  @Override
  public ClusterHealth health() {
    return new ClusterHealth(contact.silences(), cache.dropped());
  }

  @Override
  public long failures(FailureCode code) {
    return requests.failures(code);
  }

  @Override
  public int waiting() {
    return requests.waiting() + reads.waiting();
  }

  @Override
  public void onWatch(Consumer<WatchStatus> listener) {
    watchListeners.add(listener);
    statuses.forEach(listener);
  }

  private void announce(WatchStatus status) {
    statuses.add(status);
    watchListeners.forEach(listener -> listener.accept(status));
  }

  @Override
  public void close() {
    watches.forEach(ObjectWatch::close);
    cache.close();
    executor.shutdownNow();
    timer.shutdownNow();
  }
}
