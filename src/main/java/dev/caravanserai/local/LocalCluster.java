package dev.caravanserai.local;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PemKeyCertOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
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

  private final HomeLock lock;
  private final MemoryStore store = new MemoryStore();
  private final GarbageCollector collector;
  private final ProcessKubelet kubelet;
  private final ExecutorService pool = Executors.newCachedThreadPool(LocalCluster::thread);
  private final ExecutorService starts = Executors.newFixedThreadPool(4, LocalCluster::thread);
  private final String token;
  private final Vertx vertx;
  private final LoopbackCertificate tls = LoopbackCertificate.make();
  private final HttpServer server;
  private Path kubeconfig = Path.of("");

  private LocalCluster(HomeLock lock, Path home, Set<String> namespaces) throws IOException {
    this.lock = lock;
    // Half a start each: the server's engine, and what the kubelet tries out.
    CompletableFuture<Vertx> engine = CompletableFuture.supplyAsync(LocalCluster::engine, pool);
    Resources resources = new Resources(store);
    new TreeSet<>(namespaces).forEach(name -> namespace(resources, name));
    kubelet = ProcessKubelet.start(store, home);
    collector = new GarbageCollector(store, resources.deletions());
    byte[] secret = new byte[32];
    new SecureRandom().nextBytes(secret);
    token = Base64.getUrlEncoder().withoutPadding().encodeToString(secret);
    vertx = engine.join();
    Watches watches = new Watches(vertx, store);
    LogEndpoint logs = new LogEndpoint(kubelet);
    ExecSocket execs = new ExecSocket(kubelet, pool, starts);
    server =
        vertx
            .createHttpServer(options(tls))
            .requestHandler(new ApiRouter(token, store, resources, watches, logs, execs));
  }

  /**
   * Starts it; ready when this returns.
   *
   * @param port 0 for any free one
   * @param home folder for its volumes, logs and kubeconfig; made when missing, readable by its
   *     owner only
   * @param namespaces those that exist from the start; the first by name is the kubeconfig's
   * @throws IOException when the port is taken, the folder cannot be written, or another running
   *     server has it
   */
  public static LocalCluster start(int port, Path home, Set<String> namespaces) throws IOException {
    HomeLock lock = HomeLock.take(home);
    LocalCluster cluster;
    try {
      cluster = new LocalCluster(lock, home, namespaces);
    } catch (IOException | RuntimeException e) {
      lock.close();
      throw e;
    }
    try {
      cluster.listen(port);
      String first = new TreeSet<>(namespaces).stream().findFirst().orElse("default");
      String authority = cluster.tls.certificate();
      cluster.kubeconfig = Kubeconfig.write(home, cluster.url(), cluster.token, authority, first);
    } catch (IOException e) {
      cluster.close();
      throw e;
    }
    LOG.info(
        "local cluster: {} serves namespaces {}; its pods run this machine's own programs,"
            + " whatever their image says; kubeconfig {}",
        cluster.url(),
        namespaces,
        cluster.kubeconfig);
    return cluster;
  }

  private void listen(int port) throws IOException {
    try {
      server
          .listen(port, "127.0.0.1")
          .toCompletionStage()
          .toCompletableFuture()
          .get(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while the local cluster started", e);
    } catch (ExecutionException | TimeoutException e) {
      String why = "the local cluster cannot listen on 127.0.0.1:%d: %s; choose another port";
      throw new IOException(why.formatted(port, e.getMessage()), e);
    }
  }

  private static Vertx engine() {
    FileSystemOptions files = new FileSystemOptions();
    files.setFileCachingEnabled(false).setClassPathResolvingEnabled(false);
    VertxOptions options = new VertxOptions().setFileSystemOptions(files);
    return Vertx.vertx(options.setEventLoopPoolSize(2).setWorkerPoolSize(1));
  }

  private static Thread thread(Runnable task) {
    Thread thread = new Thread(task, "local-stream");
    thread.setDaemon(true);
    return thread;
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

  MemoryStore store() {
    return store;
  }

  /** Ends the server and all its pods' processes. May be called again. */
  @Override
  public void close() {
    collector.close();
    try {
      vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      LOG.warn("local cluster: the server did not close", e);
    }
    kubelet.close();
    starts.shutdownNow();
    pool.shutdownNow();
    try {
      lock.close();
    } catch (IOException e) {
      LOG.warn("local cluster: the folder was not freed", e);
    }
  }

  private static HttpServerOptions options(LoopbackCertificate tls) {
    return new HttpServerOptions()
        .setSsl(true)
        .setKeyCertOptions(
            new PemKeyCertOptions()
                .setCertValue(Buffer.buffer(tls.certificate()))
                .setKeyValue(Buffer.buffer(tls.key())))
        .setSslHandshakeTimeout(60) // seconds: hundreds at once take their time on a busy machine
        .setTcpNoDelay(true)
        .setMaxHeaderSize(64 * 1024)
        .setMaxInitialLineLength(1024 * 1024)
        .setMaxWebSocketFrameSize(4 * 1024 * 1024)
        .setMaxWebSocketMessageSize(16 * 1024 * 1024)
        .setWebSocketSubProtocols(List.of("v5.channel.k8s.io", "v4.channel.k8s.io"));
  }

  private static void namespace(Resources resources, String name) {
    Query none = new Query(MultiMap.caseInsensitiveMultiMap());
    ObjectNode namespace = JsonNodeFactory.instance.objectNode();
    namespace.putObject("metadata").put("name", name);
    resources.create(Kind.NAMESPACE, Optional.empty(), namespace, none);
    ObjectNode account = JsonNodeFactory.instance.objectNode();
    account.putObject("metadata").put("name", "default");
    resources.create(Kind.SERVICE_ACCOUNT, Optional.of(name), account, none);
  }
}
