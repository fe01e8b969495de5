package dev.caravanserai;

import dev.caravanserai.component.PodGone;
import dev.caravanserai.component.PodServices;
import dev.caravanserai.exec.ExecLimits;
import dev.caravanserai.exec.Execs;
import dev.caravanserai.http.ApiKey;
import dev.caravanserai.http.ApiKeys;
import dev.caravanserai.profile.PlanContext;
import dev.caravanserai.profile.Planner;
import dev.caravanserai.profile.Profiles;
import dev.caravanserai.session.Contract;
import dev.caravanserai.settings.Settings;
import dev.caravanserai.settings.StartKeys;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ScheduledExecutorService;

/** A server that runs: a cluster, what works on it, and the routes. */
final class Server implements AutoCloseable {
  private final Settings settings;
  private final StartKeys keys;
  private final ClusterSetup cluster;
  private final ScheduledExecutorService timer;
  private final Routes routes;
  private final CountDownLatch ended = new CountDownLatch(1);

  private Server(
      Settings settings,
      StartKeys keys,
      ClusterSetup cluster,
      ScheduledExecutorService timer,
      Routes routes) {
    this.settings = settings;
    this.keys = keys;
    this.cluster = cluster;
    this.timer = timer;
    this.routes = routes;
  }

  /**
   * Starts it; ready when this returns.
   *
   * @param files of routes to run beside the server's own
   */
  static Server start(Settings settings, List<String> files) throws Exception {
    StartKeys keys = StartKeys.of(settings, ApiKeys.SCOPES);
    Profiles profiles = Profiles.load(profileFolder(settings));
    ClusterSetup cluster = ClusterSetup.start(settings, profiles);
    ScheduledExecutorService timer =
        Executors.newSingleThreadScheduledExecutor(task -> daemon(task, "exec-timer"));
    try {
      Routes routes =
          Routes.start(
              settings, services(settings, profiles, cluster, timer), apiKeys(keys), files);
      Server server = new Server(settings, keys, cluster, timer, routes);
      Runtime.getRuntime().addShutdownHook(new Thread(server::close, "shutdown"));
      return server;
    } catch (Exception e) {
      timer.shutdownNow();
      cluster.close();
      throw e;
    }
  }

  private static Optional<Path> profileFolder(Settings settings) {
    return Optional.of(settings.get(Settings.PROFILE_FOLDER)).filter(Files::isDirectory);
  }

  private static PodServices services(
      Settings settings, Profiles profiles, ClusterSetup setup, ScheduledExecutorService timer) {
    var cluster = setup.cluster();
    Execs execs =
        new Execs(
            cluster,
            timer,
            ForkJoinPool.commonPool(),
            new PodGone(cluster.sessions()),
            settings.get(Settings.EXEC_PARALLEL));
    return new PodServices(
        cluster,
        new Planner(profiles),
        () ->
            new PlanContext(
                Instant.now(),
                UUID.randomUUID(),
                System.getenv(),
                cluster.namespace(),
                settings.get(Settings.SESSION_TIMEOUT),
                settings.get(Settings.SESSION_MAX_TIMEOUT),
                cluster.name(),
                settings.get(Settings.PROFILE_DEFAULT)),
        Contract.load(),
        execs,
        new ExecLimits(
            settings.get(Settings.EXEC_TIMEOUT),
            settings.get(Settings.EXEC_MAX_TIMEOUT),
            settings.get(Settings.EXEC_OUTPUT_LIMIT),
            settings.get(Settings.EXEC_KILL_GRACE)),
        settings.get(Settings.SESSION_UNSCHEDULABLE_AFTER),
        settings.get(Settings.SESSION_FAILURE_RETENTION));
  }

  private static ApiKeys apiKeys(StartKeys keys) {
    return new ApiKeys(
        keys.entries().stream()
            .map(e -> new ApiKey(e.name(), e.tenant(), Set.copyOf(e.scopes()), e.sha256()))
            .toList());
  }

  private static Thread daemon(Runnable task, String name) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    return thread;
  }

  URI url() {
    return URI.create("http://" + settings.get(Settings.BIND) + ":" + routes.port());
  }

  /** What a person who just started it wants to read. */
  String welcome() {
    String key = keys.made().map(StartKeys.MadeKey::key).orElse("<your API key>");
    String made =
        keys.made()
            .map(m -> "API key   " + m.key() + "   (kept in " + m.file() + ")")
            .orElse("API keys  " + keys.entries().size() + ", from your configuration");
    return """

        Caravanserai is ready at %1$s
        Cluster   %2$s, namespace %3$s
        %4$s
        Try it at %1$s/v1/docs (any user name, the API key as password), or:

          curl -s -H 'Authorization: Bearer %5$s' -H 'Content-Type: application/json' \\
            -d '{"image": "busybox:1"}' %1$s/v1/sessions
        """
        .formatted(url(), cluster.cluster().name(), cluster.cluster().namespace(), made, key);
  }

  /** Waits until it is closed. */
  void join() throws InterruptedException {
    ended.await();
  }

  @Override
  public synchronized void close() {
    if (ended.getCount() == 0) {
      return;
    }
    routes.close();
    timer.shutdownNow();
    cluster.close();
    ended.countDown();
  }
}
