package dev.caravanserai.server;

import dev.caravanserai.component.PodServices;
import dev.caravanserai.http.ApiKey;
import dev.caravanserai.http.ApiKeys;
import dev.caravanserai.profile.Profiles;
import dev.caravanserai.settings.Settings;
import dev.caravanserai.settings.StartKeys;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;

/** A server that runs: a cluster, what works on it, and the routes. Thread-safe. */
public final class Server implements AutoCloseable {
  private final Settings settings;
  private final StartKeys keys;
  private final ClusterSetup cluster;
  private final PodServices services;
  private final Routes routes;
  private final CountDownLatch ended = new CountDownLatch(1);

  private Server(
      Settings settings,
      StartKeys keys,
      ClusterSetup cluster,
      PodServices services,
      Routes routes) {
    this.settings = settings;
    this.keys = keys;
    this.cluster = cluster;
    this.services = services;
    this.routes = routes;
  }

  /**
   * Starts it; ready when this returns.
   *
   * @param files of routes to run beside the server's own
   */
  public static Server start(Settings settings, List<String> files) throws Exception {
    StartKeys keys = StartKeys.of(settings, ApiKeys.SCOPES);
    Profiles profiles = Profiles.load(Optional.of(settings.get(Settings.PROFILE_FOLDER)));
    ClusterSetup cluster = ClusterSetup.start(settings, profiles);
    PodServices services = PodServices.of(cluster.cluster(), profiles, settings, System.getenv());
    try {
      Routes routes = Routes.start(settings, services, apiKeys(keys), files);
      Server server = new Server(settings, keys, cluster, services, routes);
      Runtime.getRuntime().addShutdownHook(new Thread(server::close, "shutdown"));
      return server;
    } catch (Exception e) {
      services.close();
      cluster.close();
      throw e;
    }
  }

  private static ApiKeys apiKeys(StartKeys keys) {
    return new ApiKeys(
        keys.entries().stream()
            .map(e -> new ApiKey(e.name(), e.tenant(), Set.copyOf(e.scopes()), e.sha256()))
            .toList());
  }

  /** Where it listens; with the port that it got, where the settings ask for a free one. */
  public URI url() {
    return URI.create("http://" + settings.get(Settings.BIND) + ":" + routes.port());
  }

  /** What a person who just started it wants to read. */
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
        Try it at %1$s/v1/docs (any user name, the API key as password), or:

          curl -s -H 'Authorization: Bearer %5$s' -H 'Content-Type: application/json' \\
            -d '{"image": "busybox:1"}' %1$s/v1/sessions
        """
        .formatted(url(), cluster.cluster().name(), cluster.cluster().namespace(), made, key);
  }

  /** Waits until it is closed. */
  public void join() throws InterruptedException {
    ended.await();
  }

  @Override
  public synchronized void close() {
    if (ended.getCount() == 0) {
      return;
    }
    routes.close();
    services.close();
    cluster.close();
    ended.countDown();
  }
}
