package dev.caravanserai.cluster.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An API server that is too busy says when to come back. */
class RetryAfterTest {
  private static final String OBJECT =
      "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"a\",\"namespace\":\"ns\",\"uid\":\"1\"}}";

  /** HTTP/2 has header names in lower case. */
  @ParameterizedTest
  @ValueSource(ints = {429, 503})
  void refused_request_is_sent_again_when_the_server_says(int status) throws Exception {
    // Given
    List<Long> asked = Collections.synchronizedList(new ArrayList<>());
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          asked.add(System.nanoTime());
          boolean busy = asked.size() == 1;
          byte[] body = (busy ? "busy" : OBJECT).getBytes(StandardCharsets.UTF_8);
          if (busy) {
            exchange.getResponseHeaders().add("retry-after", "1");
          }
          exchange.sendResponseHeaders(busy ? status : 200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
    try (KubernetesClient client = client(server.getAddress().getPort());
        ApiCluster cluster = new ApiCluster("busy", client, "ns")) {

      // When
      var found = cluster.objects().get(ConfigMap.class, "ns", "a").toCompletableFuture().join();

      // Then
      assertThat(found).isPresent();
      assertThat(asked).hasSize(2);
      assertThat(asked.get(1) - asked.get(0)).isGreaterThanOrEqualTo(1_000_000_000L);
    } finally {
      server.stop(0);
    }
  }

  private static KubernetesClient client(int port) {
    return new KubernetesClientBuilder()
        .withConfig(
            new ConfigBuilder(io.fabric8.kubernetes.client.Config.empty())
                .withMasterUrl("http://127.0.0.1:" + port)
                .withRequestRetryBackoffLimit(3)
                .build())
        .build();
  }
}
