package dev.caravanserai.local;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.KeyCertOptions;
import java.io.IOException;
import java.net.BindException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HashSet;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An API server with process-backed pods inside this JVM. It listens on 127.0.0.1 with TLS, a
 * self-signed certificate and a random token. Objects are kept in memory only. Thread-safe.
 */
public final class LocalCluster implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LocalCluster.class);
  private static final long TIMEOUT_SECONDS = 60;
  private static final String OVERLOADED =
      "not done after %d s; the machine is overloaded, try again later".formatted(TIMEOUT_SECONDS);

  private final ExecutorService pool = Executors.newCachedThreadPool(LocalCluster::thread);
  private final ExecutorService starts = Executors.newFixedThreadPool(4, LocalCluster::thread);

  /** Created concurrently with the rest, because it takes half of a cold start. */
  private final CompletableFuture<Vertx> engine =
      CompletableFuture.supplyAsync(LocalCluster::engine, pool);

  private final ObjectStore store = new ObjectStore();
  private final String token = newToken();
  private final Home home;
  private final ProcessKubelet kubelet;
  private final HttpServer server;
  private final Path kubeconfig;

  private LocalCluster(int port, Home home, SortedSet<String> namespaces, Sandbox sandbox)
      throws IOException {
    this.home = home;
    LoopbackCertificate tls = LoopbackCertificate.make();
    CompletableFuture<ApiRouter> router = new CompletableFuture<>();
    CompletableFuture<HttpServer> listening =
        engine.thenCompose(
            vertx ->
                vertx
                    .createHttpServer(options(tls))
                    .requestHandler(request -> router.join().handle(request))
                    .listen(port, "127.0.0.1")
                    .toCompletionStage());
    try {
      Resources resources = new Resources(store);
      namespaces.forEach(name -> namespace(resources, name));
      kubelet = ProcessKubelet.start(store, home.folder(), sandbox);
      new GarbageCollector(
          store,
          resources.deletions(),
          CompletableFuture.delayedExecutor(5, TimeUnit.MILLISECONDS, pool));
      ExecSocket execs = new ExecSocket(kubelet, pool, starts);
      router.complete(new ApiRouter(token, store, resources, kubelet, execs));
      server = await(listening, "the local cluster cannot listen on 127.0.0.1:" + port);
      String namespace = namespaces.isEmpty() ? "default" : namespaces.first();
      kubeconfig = home.kubeconfig(url(), token, tls.pem(), namespace);
    } catch (IOException | RuntimeException e) {
      router.completeExceptionally(e);
      close();
      throw e;
    }
    LOG.info(
        "local cluster: {} serves namespaces {}; pods run programs of this machine, whatever their"
            + " image is; kubeconfig {}",
        url(),
        namespaces,
        kubeconfig);
  }

  /** Starts a cluster that hides only its home from pods. */
  public static LocalCluster start(int port, Path home, Set<String> namespaces) throws IOException {
    return start(port, home, namespaces, Set.of());
  }

  /**
   * Starts the cluster; it is ready when this returns.
   *
   * @param port 0 for any free port
   * @param home folder for volumes and kubeconfig; created if missing, readable by its owner only
   * @param namespaces to create; the first by name becomes the kubeconfig's default
   * @param secrets files and folders that pods cannot read, besides home; a file is hidden with its
   *     folder
   * @throws IOException if the port is taken, the folder is not writable, or another running server
   *     uses it
   */
  public static LocalCluster start(int port, Path home, Set<String> namespaces, Set<Path> secrets)
      throws IOException {
    Home own = Home.lock(home);
    try {
      Set<Path> hidden = new HashSet<>(secrets);
      hidden.add(home);
      return new LocalCluster(port, own, new TreeSet<>(namespaces), Sandbox.ofThisMachine(hidden));
    } catch (IOException | RuntimeException e) {
      own.close();
      throw e;
    }
  }

  /** {@code https://127.0.0.1:<port>}. */
  public String url() {
    return "https://127.0.0.1:" + server.actualPort();
  }

  /** Path of the kubeconfig, which only its owner can read. */
  public Path kubeconfig() {
    return kubeconfig;
  }

  ObjectStore store() {
    return store;
  }

  /**
   * Ends the server and the processes of all pods. May be called again. There is no shutdown hook:
   * the caller decides what has to end before the pods.
   */
  @Override
  public void close() {
    try {
      await(engine.join().close().toCompletionStage(), "the local cluster did not close");
    } catch (IOException e) {
      LOG.warn("local cluster: {}", e.getMessage());
    }
    if (kubelet != null) { // its start succeeded
      kubelet.close();
    }
    starts.shutdownNow();
    pool.shutdownNow();
    try {
      home.close();
    } catch (IOException e) {
      LOG.warn("local cluster: cannot unlock its home", e);
    }
  }

  private static <T> T await(CompletionStage<T> stage, String problem) throws IOException {
    try {
      return stage.toCompletableFuture().orTimeout(TIMEOUT_SECONDS, TimeUnit.SECONDS).join();
    } catch (CompletionException e) {
      String next = e.getCause() instanceof BindException ? "; choose another port" : "";
      String why =
          e.getCause() instanceof TimeoutException ? OVERLOADED : e.getCause().getMessage();
      throw new IOException(problem + ": " + why + next, e);
    }
  }

  private static Vertx engine() {
    FileSystemOptions files = new FileSystemOptions();
    files.setFileCachingEnabled(false).setClassPathResolvingEnabled(false);
    VertxOptions options = new VertxOptions().setFileSystemOptions(files);
    return Vertx.vertx(options.setEventLoopPoolSize(2).setWorkerPoolSize(1));
  }

  private static HttpServerOptions options(LoopbackCertificate tls) {
    return new HttpServerOptions()
        .setSsl(true)
        .setKeyCertOptions(KeyCertOptions.wrap(tls.keys()))
        .setSslHandshakeTimeout(60) // seconds, for hundreds at once on a busy machine
        .setTcpNoDelay(true)
        .setMaxHeaderSize(64 * 1024)
        .setMaxInitialLineLength(1024 * 1024)
        .setMaxWebSocketFrameSize(4 * 1024 * 1024)
        .setMaxWebSocketMessageSize(16 * 1024 * 1024)
        .setWebSocketSubProtocols(ExecSocket.PROTOCOLS);
  }

  private static Thread thread(Runnable task) {
    Thread thread = new Thread(task, "local-stream");
    thread.setDaemon(true);
    return thread;
  }

  private static String newToken() {
    byte[] secret = new byte[32];
    new SecureRandom().nextBytes(secret);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(secret);
  }

  private static void namespace(Resources resources, String name) {
    ObjectNode namespace = Json.object();
    Json.meta(namespace).put("name", name);
    resources.create(new ApiPath(Kind.NAMESPACE, "", "", ""), namespace, false);
    ObjectNode account = Json.object();
    Json.meta(account).put("name", "default");
    resources.create(new ApiPath(Kind.SERVICE_ACCOUNT, name, "", ""), account, false);
  }
}
