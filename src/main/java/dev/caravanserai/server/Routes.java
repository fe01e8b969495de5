package dev.caravanserai.server;

import dev.caravanserai.component.PodServices;
import dev.caravanserai.component.kamelet.KameletPlugin;
import dev.caravanserai.http.ApiKeys;
import dev.caravanserai.settings.Settings;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.camel.CamelContext;
import org.apache.camel.main.BaseMainSupport;
import org.apache.camel.main.Main;
import org.apache.camel.main.MainListenerSupport;
import org.apache.camel.main.SimpleMainShutdownStrategy;
import org.apache.camel.model.Model;
import org.apache.camel.spi.ShutdownStrategy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The Camel application: routes, Kamelets and configuration from their folders, and the beans they
 * refer to. Starts in three steps, so that the server can connect to the cluster in parallel.
 */
final class Routes implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Routes.class);

  private final Main camel = new Main();
  private final EndpointOptions options = new EndpointOptions();
  private RouteFiles files;
  private RouteMistakes mistakes;

  /**
   * Reads configuration and routes; needs no cluster.
   *
   * @throws RoutesException if they cannot be read
   */
  void read(Settings settings, ApiKeys keys, RouteFiles files) {
    this.files = files;
    mistakes = new RouteMistakes(camel, files, options);
    camel.setDefaultPropertyPlaceholderLocation(
        "file:config/application.properties,classpath:application.properties;optional=true");
    settings.placeholders().forEach(camel::addOverrideProperty);
    camel.setShutdownStrategy(new SimpleMainShutdownStrategy()); // the server stops Camel
    HttpSetup.configure(camel, settings, keys);
    camel.addOverrideProperty(
        "camel.component.kamelet.location",
        "file:" + settings.get(Settings.KAMELETS_FOLDER) + ",classpath:kamelets");
    camel.setRoutesCollector(files);
    camel.bind(ServerHealthCheck.ID, new ServerHealthCheck());
    camel.configure().setRoutesIncludePattern("all");
    camel.configure().setSourceLocationEnabled(true); // so that steps in Java have lines
    camel.addMainListener(
        new MainListenerSupport() {
          @Override
          public void beforeConfigure(BaseMainSupport main) {
            // Camel finds it in the JVM's class loader only, not in that of a launcher
            new KameletPlugin().load(main.getCamelContext());
            main.getCamelContext().getRegistry().bind("routeFiles", files);
            main.getCamelContext().addLifecycleStrategy(options);
            main.getCamelContext()
                .getCamelContextExtension()
                .addInterceptStrategy(new StepErrors());
            main.getCamelContext()
                .getCamelContextExtension()
                .getContextPlugin(Model.class)
                .addModelLifecycleStrategy(new RouteChecks(main.getCamelContext()));
          }
        });
    reportingMistakes(camel::init);
  }

  /**
   * Creates the routes that were read, without starting them.
   *
   * @param client for {@code kubernetes-*} endpoints
   * @throws RoutesException if a route is invalid
   */
  void make(PodServices services, KubernetesClient client, Settings settings) {
    CamelContext context = camel.getCamelContext();
    context.getRegistry().bind("podServices", services);
    context.setSourceLocationEnabled(false); // else the step log names its logger after the file
    context.getRegistry().bind("kubernetesClient", client); // for kubernetes-* endpoints
    reportingMistakes(context::init);
    reportingMistakes(() -> RouteChecks.check(context, files));
    RouteChecks.checkReaper(context, settings.get(Settings.ROUTES_FOLDER));
  }

  /**
   * Starts the HTTP server and the routes; they run when this returns.
   *
   * @throws RoutesException if a route cannot start
   * @throws dev.caravanserai.session.FailureException CONFIG_ERROR if the server cannot listen
   */
  void run(Settings settings) {
    reportingMistakes(camel::start);
    HttpSetup.checkListening(camel.getCamelContext(), settings);
  }

  private void reportingMistakes(Runnable step) {
    try {
      step.run();
    } catch (RuntimeException | LinkageError | StackOverflowError e) {
      throw mistakes.of(e);
    }
  }

  int port() {
    return HttpSetup.port(camel.getCamelContext());
  }

  /** Whether the API of the contract is among the routes. */
  boolean haveApi() {
    return RouteChecks.servesApi(camel.getCamelContext());
  }

  /**
   * Ends the routes. Those that still run after {@code camel.main.shutdownTimeout} have some time
   * more, as their callers are to get the results of cancelled execs.
   *
   * @param cancelExecs called then
   * @param last their time after it
   */
  void end(Runnable cancelExecs, Duration last) {
    ShutdownStrategy shutdown = camel.getCamelContext().getShutdownStrategy();
    long seconds = shutdown.getTimeout();
    shutdown.setTimeout(seconds + last.toSeconds());
    LOG.info(
        "Shutdown begins: requests have {} s to end, then execs are cancelled and have {} s more",
        seconds,
        last.toSeconds());
    var late = new CompletableFuture<Void>().completeOnTimeout(null, seconds, TimeUnit.SECONDS);
    late.thenRunAsync(cancelExecs);
    camel.stop();
    late.cancel(false);
  }

  @Override
  public void close() {
    camel.stop();
  }
}
