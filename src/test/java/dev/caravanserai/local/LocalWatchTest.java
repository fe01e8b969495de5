package dev.caravanserai.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravanserai.Patience;
import dev.caravanserai.wire.Relay;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import io.fabric8.kubernetes.client.http.WebSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class LocalWatchTest extends LocalFixture {
  @Test
  void watch_from_a_version_no_longer_kept_fails_with_gone() {
    // Given
    client.resource(map("m")).create();
    churn(ObjectStore.HISTORY_SIZE + 1);
    List<WatcherException> ends = new CopyOnWriteArrayList<>();

    // When
    var watch =
        client
            .configMaps()
            .watch(
                new ListOptionsBuilder().withResourceVersion("2").build(),
                new Watcher<ConfigMap>() {
                  @Override
                  public void eventReceived(Action action, ConfigMap resource) {}

                  @Override
                  public void onClose(WatcherException cause) {
                    ends.add(cause);
                  }
                });

    // Then
    Awaitility.await().until(() -> !ends.isEmpty());
    assertThat(ends.get(0).isHttpGone()).isTrue();
    watch.close();
  }

  @Test
  void informer_is_notified_of_every_change() {
    // Given
    client.resource(map("before")).create();
    try (var informer = client.configMaps().inNamespace("sessions").inform()) {

      // When
      client.resource(map("after")).create();
      client.configMaps().withName("before").delete();

      // Then
      Awaitility.await()
          .untilAsserted(
              () ->
                  assertThat(informer.getStore().list())
                      .extracting(m -> m.getMetadata().getName())
                      .containsExactly("after"));
    }
  }

  @Test
  void watch_works_over_http_chunks_and_websocket() throws Exception {
    // Given
    String path = "/api/v1/namespaces/sessions/configmaps?watch=true&resourceVersion=1";
    var http = client.getHttpClient();
    var overHttp = new StringBuffer();
    var overSocket = new StringBuffer();
    var request = http.newHttpRequestBuilder().uri(cluster.url() + path).build();
    var body =
        http.consumeBytes(
                request,
                (parts, control) -> {
                  parts.forEach(p -> overHttp.append(StandardCharsets.UTF_8.decode(p).toString()));
                  control.consume();
                })
            .get(Patience.SECONDS, TimeUnit.SECONDS);
    body.body().consume();
    WebSocket socket =
        http.newWebSocketBuilder()
            .uri(URI.create(cluster.url() + path))
            .buildAsync(
                new WebSocket.Listener() {
                  @Override
                  public void onOpen(WebSocket opened) {
                    opened.request();
                  }

                  @Override
                  public void onMessage(WebSocket from, String text) {
                    overSocket.append(text);
                    from.request();
                  }
                })
            .get(Patience.SECONDS, TimeUnit.SECONDS);

    // When
    client.resource(map("m")).create();

    // Then
    for (StringBuffer heard : List.of(overHttp, overSocket)) {
      Awaitility.await()
          .untilAsserted(
              () -> assertThat(heard.toString()).contains("\"ADDED\"", "\"name\":\"m\""));
    }
    body.body().cancel();
    socket.sendClose(1000, "");
  }

  @Test
  void informer_relists_after_its_version_is_no_longer_kept() throws Exception {
    // Given
    client.resource(map("m")).create();
    client.resource(map("gone")).create();
    try (Relay relay = Relay.to(URI.create(cluster.url()))) {
      Config through = Patience.of(Config.fromKubeconfig(Files.readString(cluster.kubeconfig())));
      through.setMasterUrl("https://127.0.0.1:" + relay.port());
      through.setWatchReconnectInterval(50);
      try (KubernetesClient far = new KubernetesClientBuilder().withConfig(through).build();
          var informer = far.configMaps().inNamespace("sessions").inform()) {
        Awaitility.await().until(() -> informer.getStore().list().size() == 2);

        // When
        relay.block();
        client.configMaps().withName("gone").delete();
        churn(ObjectStore.HISTORY_SIZE + 1);
        client.resource(map("after")).create();
        relay.unblock();

        // Then
        Awaitility.await()
            .untilAsserted(
                () ->
                    assertThat(informer.getStore().list())
                        .extracting(m -> m.getMetadata().getName())
                        .containsExactlyInAnyOrder("m", "after"));
      }
    }
  }

  private void churn(int times) {
    for (int i = 0; i < times; i++) {
      int n = i;
      cluster.store().update(Kind.CONFIG_MAP, "sessions", "m", o -> o.put("n", n));
    }
  }
}
