package dev.caravanserai.server;

import dev.caravanserai.contract.Contract;
import dev.caravanserai.http.ApiKeys;
import dev.caravanserai.http.StartKeys;
import dev.caravanserai.session.FailureException;
import dev.caravanserai.settings.Settings;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A running server: its cluster connection, the services on it and the routes. Thread-safe. */
public final class Server implements AutoCloseable {
  /** For the results of execs that were killed. */
  private static final Duration LAST_RESULTS = Duration.ofSeconds(3);

  private static final Logger LOG = LoggerFactory.getLogger(Server.class);

  private final Settings settings;
  private final StartKeys keys;
  private final ClusterSetup cluster;
  private final Routes routes;
  private final CountDownLatch ended = new CountDownLatch(1);

  private Server(Settings settings, StartKeys keys, ClusterSetup cluster, Routes routes) {
    this.settings = settings;
    this.keys = keys;
    this.cluster = cluster;
    this.routes = routes;
  }

  /**
   * Starts a server, which accepts requests when this returns. Checks that the files exist, then
   * connects to the cluster and reads the routes in parallel.
   *
   * @param files route files to load in addition to the server's own
   * @throws dev.caravanserai.settings.SettingsException if no API key is configured and none can be
   *     created
   * @throws FailureException if the cluster cannot be used or the listen address is taken
   * @throws RoutesException if a route is invalid
   */
  public static Server start(Settings settings, List<String> files) {
    LoggerFactory.getILoggerFactory(); // initialize before several threads need it
    RouteFiles routeFiles =
        new RouteFiles(
            settings.get(Settings.ROUTES_FOLDER), settings.get(Settings.KAMELETS_FOLDER), files);
    StartKeys keys = StartKeys.of(settings);
    CompletableFuture<Contract> contract =
        CompletableFuture.supplyAsync(Contract::load, Server::background);
    CompletableFuture<ClusterSetup> cluster =
        CompletableFuture.supplyAsync(
            () -> ClusterSetup.connect(settings, contract), Server::background);
    CompletableFuture<Void> ready =
        cluster.thenAcceptAsync(ClusterSetup::ready, Server::background);
    Routes routes = new Routes();
    try {
      routes.read(settings, new ApiKeys(keys.entries()), routeFiles);
      routes.make(outcome(cluster).services(), outcome(cluster).client(), settings);
      outcome(ready);
    } catch (RuntimeException | Error e) {
      routes.close();
      settled(ready); // a cluster that closes amid requests logs failures
      cluster.thenAccept(ClusterSetup::close).exceptionally(alreadyThrown -> null).join();
      throw e;
    }
    Server server = new Server(settings, keys, outcome(cluster), routes);
    server.run();
    return server;
  }

  /** Closes the server at the end of the JVM from now on, also during this start. */
  private synchronized void run() {
    Runtime.getRuntime().addShutdownHook(new Thread(this::close, "shutdown"));
    try {
      routes.run(settings);
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  private static void background(Runnable task) {
    Thread thread = new Thread(task, "start");
    thread.setDaemon(true);
    thread.start();
  }

  /** Waits until it is done or failed, for 10 seconds at most. */
  static void settled(CompletableFuture<Void> task) {
    task.exceptionally(thrown -> null).completeOnTimeout(null, 10, TimeUnit.SECONDS).join();
  }

  private static <T> T outcome(CompletableFuture<T> future) {
    try {
      return future.join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    }
  }

  /** The listen address, with the actual port if the settings ask for a free one (0). */
  public URI url() {
    return url(settings.get(Settings.BIND), routes.port());
  }

  /** An IPv6 address has brackets in a URL (RFC 3986, 3.2.2). */
  static URI url(String address, int port) {
    String host = address.contains(":") ? "[" + address + "]" : address;
    return URI.create("http://" + host + ":" + port);
  }

  /** The text to print after the start: URL, API key and a first request. */
  public String welcome() {
    String key = keys.made().map(StartKeys.MadeKey::key).orElse("<your API key>");
    String made =
        keys.made()
            .map(m -> "API key   " + m.key() + "   (kept in " + m.file() + ")")
            .orElse("API keys  " + keys.entries().size() + ", from your configuration");
    return """

        Caravanserai is ready at %1$s
        Cluster   %2$s, namespace %3$s
        %4$s
        """
            .formatted(url(), cluster.cluster().name(), cluster.cluster().namespace(), made)
        + (routes.haveApi() ? firstRequest(key) : "The API is not among the routes.\n");
  }

  private String firstRequest(String key) {
    return """
        Try it at %1$s/v1/docs (any user name, the API key as password), or:

          curl -s -H 'Authorization: Bearer %2$s' -H 'Content-Type: application/json' \\
            -d '{"image": "busybox:1"}' %1$s/v1/sessions
        """
        .formatted(url(), key);
  }

  /** Blocks until the server is closed. */
  public void join() throws InterruptedException {
    ended.await();
  }

  @Override
  public synchronized void close() {
    if (ended.getCount() == 0) {
      return;
    }
    routes.end(
        cluster.services().execs()::close,
        settings.get(Settings.EXEC_KILL_GRACE).plus(LAST_RESULTS));
    cluster.close();
    LOG.info("Shutdown complete");
    ended.countDown();
  }
}
