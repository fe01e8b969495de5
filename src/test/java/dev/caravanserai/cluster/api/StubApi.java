package dev.caravanserai.cluster.api;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.caravanserai.cluster.ObjectRef;
import dev.caravanserai.session.SessionKey;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;

/** An API server that responds as a test says, and a cluster behind it. */
final class StubApi implements AutoCloseable {
  static final SessionKey KEY = new SessionKey("stub", "default", "a");

  /** The anchor of the session with {@link #KEY}. */
  static final String ANCHOR =
      """
      {"apiVersion": "v1", "kind": "ConfigMap",
       "metadata": {"name": "session-a", "namespace": "ns", "uid": "uid-a", "resourceVersion": "7",
                    "annotations": {"caravanserai.dev/id": "a", "caravanserai.dev/tenant": "default",
                                    "caravanserai.dev/expires-at": "2999-01-01T00:00:00Z"}},
       "data": {"spec": "{}"}}""";

  static final ObjectRef REF =
      new ObjectRef("v1", "ConfigMap", "ns", "session-a", Optional.of("uid-a"));

  /** How many requests of a tenant may wait. */
  static final int QUEUE = 50;

  /** How long one watch lasts. */
  static final Duration WATCH = Duration.ofSeconds(3);

  /** A response; the header Retry-After, in the spelling of HTTP/2, if it is not negative. */
  record Answer(int status, String body, int retryAfter) {
    Answer(int status, String body) {
      this(status, body, -1);
    }
  }

  /** A watch that reports nothing, and ends when it should. */
  static final Answer WATCHING = new Answer(200, "");

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final HttpServer server =
      HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
  private final KubernetesClient client;
  final ApiCluster cluster;
  private volatile Function<HttpExchange, Answer> answers;

  StubApi(Function<HttpExchange, Answer> answers) throws IOException {
    this(15_000, 3, answers);
  }

  /**
   * @param timeoutMs of a request
   * @param retries of a request
   */
  StubApi(int timeoutMs, int retries, Function<HttpExchange, Answer> answers) throws IOException {
    this.answers = answers;
    server.createContext("/", this::answer);
    server.setExecutor(threads);
    server.start();
    client =
        new KubernetesClientBuilder()
            .withConfig(
                new ConfigBuilder(Config.empty())
                    .withMasterUrl("http://127.0.0.1:" + server.getAddress().getPort())
                    .withRequestTimeout(timeoutMs)
                    .withRequestRetryBackoffLimit(retries)
                    .build())
            .withHttpClientBuilderConsumer(RetryAfter::obeyedBy)
            .build();
    cluster = new ApiCluster("stub", client, "ns", QUEUE, WATCH);
  }

  /** From now on. */
  void answers(Function<HttpExchange, Answer> answers) {
    this.answers = answers;
  }

  /** The index knows the session. */
  StubApi knownSession() {
    Function<HttpExchange, Answer> others = answers;
    answers = exchange -> new Answer(200, ANCHOR);
    cluster
        .objects()
        .get("default", ConfigMap.class, "ns", "session-a")
        .toCompletableFuture()
        .join();
    answers = others;
    return this;
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      exchange.getRequestBody().readAllBytes();
      Answer answer = answers.apply(exchange);
      if (answer.retryAfter() >= 0) {
        exchange.getResponseHeaders().add("retry-after", String.valueOf(answer.retryAfter()));
      }
      if (answer == WATCHING) {
        exchange.sendResponseHeaders(200, 0);
        exchange.getResponseBody().flush();
        LockSupport.parkNanos(WATCH.toNanos());
        return;
      }
      byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(answer.status(), body.length);
      exchange.getResponseBody().write(body);
    }
  }

  @Override
  public void close() {
    cluster.close();
    client.close();
    server.stop(0);
    threads.shutdownNow();
  }
}
