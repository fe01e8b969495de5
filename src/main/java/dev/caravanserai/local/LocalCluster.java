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
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An API server with process-backed pods inside this JVM, on 127.0.0.1 with a random token, over
 * TLS with a certificate of its own. Its objects live in memory and end with it. Safe for use by
 * several threads.
 */
public final class LocalCluster implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LocalCluster.class);
  private static final long PATIENCE_SECONDS = 60;

  private final ExecutorService pool = Executors.newCachedThreadPool(LocalCluster::thread);
  private final ExecutorService starts = Executors.newFixedThreadPool(4, LocalCluster::thread);

  /** Made beside the rest: half of a cold start. */
  private final CompletableFuture<Vertx> engine =
      CompletableFuture.supplyAsync(LocalCluster::engine, pool);

  private final ObjectStore store = new ObjectStore();
  private final String token = newToken();
  private final Home home;
  private final ProcessKubelet kubelet;
  private final HttpServer server;
  private final Path kubeconfig;

  private LocalCluster(int port, Home home, SortedSet<String> namespaces) throws IOException {
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
    Resources resources = new Resources(store);
    namespaces.forEach(name -> namespace(resources, name));
    kubelet = ProcessKubelet.start(store, home.folder());
    home.sweep(pool);
    new GarbageCollector(
        store,
        resources.deletions(),
        CompletableFuture.delayedExecutor(5, TimeUnit.MILLISECONDS, pool));
    ExecSocket execs = new ExecSocket(kubelet, pool, starts);
    router.complete(new ApiRouter(token, store, resources, kubelet, execs));
    try {
      server = await(listening, "the local cluster cannot listen on 127.0.0.1:" + port);
      String namespace = namespaces.isEmpty() ? "default" : namespaces.first();
      kubeconfig = home.kubeconfig(url(), token, tls.pem(), namespace);
    } catch (IOException e) {
      close();
      throw e;
    }
    LOG.info(
        "local cluster: {} serves namespaces {}; its pods run this machine's own programs,"
            + " whatever their image says; kubeconfig {}",
        url(),
        namespaces,
        kubeconfig);
  }

  /**
   * Starts it; ready when this returns.
   *
   * @param port 0 for any free one
   * @param home folder for its volumes and kubeconfig; made when missing, readable by its owner
   *     only
   * @param namespaces those that exist from the start; the first by name is the kubeconfig's
   * @throws IOException when the port is taken, the folder cannot be written, or another running
   *     server has it
   */
  public static LocalCluster start(int port, Path home, Set<String> namespaces) throws IOException {
    Home own = Home.take(home);
    try {
      return new LocalCluster(port, own, new TreeSet<>(namespaces));
    } catch (IOException | RuntimeException e) {
      own.close();
      throw e;
    }
  }

  /** {@code https://127.0.0.1:<port>}. */
  public String url() {
    return "https://127.0.0.1:" + server.actualPort();
  }

  /** The bearer token: all rights. */
  public String token() {
    return token;
  }

  /** The kubeconfig's path; only its owner can read it. */
  public Path kubeconfig() {
    return kubeconfig;
  }

  ObjectStore store() {
    return store;
  }

  /**
   * Ends the server and all its pods' processes. May be called again. The end of the JVM does not
   * do it: the caller knows what has to end before the pods.
   */
  @Override
  public void close() {
    try {
      await(engine.join().close().toCompletionStage(), "the server did not close");
    } catch (IOException e) {
      LOG.warn("local cluster: {}", e.getMessage());
    }
    kubelet.close();
    starts.shutdownNow();
    pool.shutdownNow();
    try {
      home.close();
    } catch (IOException e) {
      LOG.warn("local cluster: the folder was not freed", e);
    }
  }

  private static <T> T await(CompletionStage<T> stage, String problem) throws IOException {
    try {
      return stage.toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(problem + ": it was interrupted", e);
    } catch (ExecutionException e) {
      String next = e.getCause() instanceof BindException ? "; choose another port" : "";
      throw new IOException(problem + ": " + e.getCause().getMessage() + next, e);
    } catch (TimeoutException e) {
      String why = "%s: nothing refused it, but it was not done after %d s; %s";
      String next = "this machine is too busy, try again when it is less so";
      throw new IOException(why.formatted(problem, PATIENCE_SECONDS, next), e);
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
        .setSslHandshakeTimeout(60) // seconds: hundreds at once take their time on a busy machine
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
