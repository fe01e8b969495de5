package dev.caravanserai.local;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
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
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An API server with process-backed pods inside this JVM, on 127.0.0.1 with a random token, over
 * TLS with a certificate of its own. Its objects live in memory and end with it. Safe for use by
 * several threads.
 */
public final class LocalCluster implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LocalCluster.class);

  private final Vertx vertx;
  private final GarbageCollector collector;
  private final PodRuntime kubelet;
  private final ExecutorService pool;
  private final MemoryStore store;
  private final String url;
  private final String token;
  private final Path kubeconfig;

  private LocalCluster(
      int port, Path home, Set<String> namespaces, Function<ObjectStore, PodRuntime> kubelets)
      throws IOException {
    store = new MemoryStore();
    Resources resources = new Resources(store);
    new TreeSet<>(namespaces).forEach(name -> namespace(resources, name));
    collector = new GarbageCollector(store, resources);
    kubelet = kubelets.apply(store);
    AtomicInteger count = new AtomicInteger();
    pool =
        Executors.newCachedThreadPool(
            task -> {
              Thread thread = new Thread(task, "local-stream-" + count.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
    byte[] secret = new byte[32];
    new SecureRandom().nextBytes(secret);
    token = Base64.getUrlEncoder().withoutPadding().encodeToString(secret);
    LoopbackCertificate tls = LoopbackCertificate.make();
    vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2).setWorkerPoolSize(1));
    ApiRouter router =
        new ApiRouter(
            token,
            store,
            resources,
            new Watches(vertx, store),
            new LogEndpoint(kubelet, pool),
            new ExecSocket(kubelet, pool));
    try {
      HttpServer server =
          vertx
              .createHttpServer(options(tls))
              .requestHandler(router)
              .listen(port, "127.0.0.1")
              .toCompletionStage()
              .toCompletableFuture()
              .get(10, TimeUnit.SECONDS);
      url = "https://127.0.0.1:" + server.actualPort();
      String first = new TreeSet<>(namespaces).stream().findFirst().orElse("default");
      kubeconfig = Kubeconfig.write(home, url, token, tls.certificate(), first);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      close();
      throw new IOException("interrupted while the local cluster started", e);
    } catch (IOException | java.util.concurrent.ExecutionException e) {
      close();
      throw new IOException(
          "the local cluster cannot start on 127.0.0.1:%d with its files in %s: %s"
              .formatted(port, home, e.getMessage()),
          e);
    } catch (java.util.concurrent.TimeoutException e) {
      close();
      throw new IOException("the local cluster did not start on port " + port + " in 10 s", e);
    }
    LOG.info(
        "local cluster: {} serves namespaces {}; its pods run this machine's own programs,"
            + " whatever their image says; kubeconfig {}",
        url,
        namespaces,
        kubeconfig);
  }

  /**
   * Starts it; ready when this returns.
   *
   * @param port 0 for a free one
   * @param home where volumes, logs and the kubeconfig go
   * @param namespaces that it has from the start
   * @throws IOException when the port is taken or the folder cannot be written
   */
  public static LocalCluster start(int port, Path home, Set<String> namespaces) throws IOException {
    return start(
        port, home, namespaces, store -> ProcessKubelet.start(store, home.resolve("kubelet")));
  }

  /**
   * Starts it.
   *
   * @param port 0 for any free one
   * @param home folder for its kubeconfig; made when missing
   * @param namespaces those that exist from the start; the first by name is the kubeconfig's
   * @param kubelets makes what runs the pods of the store; closed with the cluster when it is
   *     {@link AutoCloseable}
   * @throws IOException when the port is taken or the folder cannot be written
   */
  static LocalCluster start(
      int port, Path home, Set<String> namespaces, Function<ObjectStore, PodRuntime> kubelets)
      throws IOException {
    return new LocalCluster(port, home, namespaces, kubelets);
  }

  /** {@code https://127.0.0.1:<port>}. */
  public String url() {
    return url;
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
    } catch (java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException e) {
      LOG.warn("local cluster: the server did not close", e);
    }
    if (kubelet instanceof AutoCloseable closeable) {
      try {
        closeable.close();
      } catch (Exception e) {
        LOG.warn("local cluster: the kubelet did not close", e);
      }
    }
    pool.shutdownNow();
  }

  private static HttpServerOptions options(LoopbackCertificate tls) {
    return new HttpServerOptions()
        .setSsl(true)
        .setKeyCertOptions(
            new PemKeyCertOptions()
                .setCertValue(Buffer.buffer(tls.certificate()))
                .setKeyValue(Buffer.buffer(tls.key())))
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
