package dev.caravanserai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.caravanserai.Api.Answer;
import dev.caravanserai.ApiGate.Verdict;
import dev.caravanserai.server.Server;
import dev.caravanserai.session.Annotations;
import dev.caravanserai.settings.Settings;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.dsl.PodResource;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The reaper deletes sessions that were changed by other clients, and none delays another. */
@ExtendWith(NothingLeftBehind.class)
class ReaperEdgesIT {
  private static final CapturedLog LOG = new CapturedLog("dev.caravanserai");

  /** Of the reaper, in ten seconds. */
  private static final int TICKS = 20;

  private static ApiGate gate;
  private static Server server;
  private static Api api;

  @BeforeAll
  static void start() throws Exception {
    gate = new ApiGate();
    Path home = Files.createTempDirectory("caravanserai-reaper");
    Map<String, String> settings = TestServer.settings(home);
    settings.put(Settings.CLUSTER_KUBECONFIG.key(), gate.kubeconfig(home).toString());
    settings.put(Settings.REAPER_ORPHAN_INTERVAL.key(), "1s");
    server = Server.start(Settings.of(settings), List.of());
    api = new Api(server.url(), TestServer.KEY);
  }

  @AfterAll
  static void stop() throws Exception {
    LOG.close();
    if (server != null) {
      gate.open();
      api.stopAll();
      server.close();
    }
    gate.close();
  }

  @Test
  void session_that_cannot_be_deleted_is_retried_with_back_off_and_delays_no_other() {
    // Given
    String stuck = api.session();
    String other = api.session();
    gate.stop("DELETE", "configmaps", stuck, Verdict.FORBIDDEN);
    Instant since = Instant.now();
    TestCluster.get().expire(stuck, since);
    await().until(() -> gate.forbidden(stuck) > 0);
    int lists = gate.lists();

    // When
    Instant due = Instant.now().plusSeconds(10);
    TestCluster.get().expire(other, due);
    LastSeen seen = LastSeen.running(api, other);

    // Then
    seen.assertEndedAt(due);
    await().until(() -> gate.forbidden(stuck) > 1);
    assertThat(state(stuck)).isEqualTo("RUNNING");
    assertThat(gate.forbidden(stuck)).isLessThanOrEqualTo(mostTries(since));
    assertThat(gate.lists() - lists).as("no tick lists").isLessThan(TICKS / 2);
    await()
        .untilAsserted(
            () ->
                assertThat(told(stuck))
                    .anySatisfy(
                        line ->
                            assertThat(line)
                                .contains("could not be ended and is tried again", "tenant=default")
                                .contains(
                                    "the gate does not allow it",
                                    "Give this server's user that right")));

    // When
    gate.open();

    // Then
    await().until(() -> state(stuck).isEmpty());
  }

  /**
   * After 1, 2, 4, ... seconds, each minute at last; and one more for the one that is under way.
   */
  private static int mostTries(Instant since) {
    long seconds = Duration.between(since, Instant.now()).toSeconds() + 1;
    return 2 + Long.SIZE - Long.numberOfLeadingZeros(seconds) + (int) (seconds / 60);
  }

  @Test
  void anchor_with_an_invalid_expiry_is_deleted_at_the_expiry_of_its_pod() {
    // Given
    Answer edited = api.start(Map.of());
    String id = edited.field("id");

    // When
    TestCluster.annotate(TestCluster.get().anchor(id), Annotations.EXPIRES_AT, "tomorrow");
    await()
        .untilAsserted(
            () -> assertThat(told(id)).anySatisfy(l -> assertThat(l).contains("\"tomorrow\"")));
    Answer another = api.start(Map.of());

    // Then
    assertThat(another.status()).as(another.text()).isEqualTo(201);
    assertThat(api.get("/v1/sessions").status()).isEqualTo(200);
    assertThat(state(id)).isEqualTo("RUNNING");
    assertThat(told(id))
        .anySatisfy(
            line -> assertThat(line).contains("kubectl -n sessions annotate configmap", id));

    // When
    Instant due = Instant.now().plusSeconds(3);
    TestCluster.annotate(pod(edited), Annotations.EXPIRES_AT, due.toString());

    // Then
    LastSeen.running(api, id).assertEndedAt(due);
  }

  @Test
  void anchor_without_a_pod_is_reported_as_failed_until_its_expiry() {
    // Given
    Answer robbed = api.start(Map.of());
    String id = robbed.field("id");

    // When
    pod(robbed).delete();
    await().until(() -> state(id).equals("FAILED"));

    // Then
    assertThat(api.get("/v1/sessions/" + id).body().path("failure").path("message").asText())
        .contains("was deleted, but not by", "Stop the session and start it again");

    // When
    Instant due = Instant.now().plusSeconds(3);
    TestCluster.get().expire(id, due);

    // Then
    await().pollInterval(Duration.ofMillis(100)).until(() -> state(id).isEmpty());
    assertThat(Instant.now()).isAfterOrEqualTo(due);
  }

  @Test
  void pod_without_an_anchor_is_deleted_after_a_direct_read_confirms_it() {
    // Given
    String id = "orphan-" + Long.toString(System.nanoTime(), 36);
    var pods = TestCluster.get().client().pods().inNamespace(TestCluster.NAMESPACE);
    Pod model = pods.withName(api.start(Map.of()).body().path("pod").path("name").asText()).get();

    // When
    pods.resource(byHand(model, id)).create();

    // Then
    await().until(() -> !state(id).isEmpty());
    await().pollInterval(Duration.ofMillis(500)).until(() -> state(id).isEmpty());
    assertThat(told(id))
        .anySatisfy(
            line ->
                assertThat(line)
                    .contains("has a pod but no anchor", "kubectl -n sessions get secrets"));
    assertThat(TestCluster.get().objects()).noneMatch(object -> object.contains(id));
  }

  @Test
  void session_whose_anchor_lost_its_labels_outlives_the_search_for_orphans_after_a_restart()
      throws Exception {
    // Given
    Answer session = api.start(Map.of());
    String path = "/v1/sessions/" + session.field("id");
    unlabel(TestCluster.get().anchor(session.field("id")));
    Map<String, String> settings = TestServer.settings(Files.createTempDirectory("caravanserai"));
    settings.put(Settings.REAPER_ORPHAN_INTERVAL.key(), "1s");

    // When
    try (Server other = Server.start(Settings.of(settings), List.of())) {
      Api restarted = new Api(other.url(), TestServer.KEY);
      await().until(() -> restarted.get(path).field("state").equals("RUNNING"));
      await()
          .until(
              () ->
                  Metrics.of(restarted).value("camel_exchanges_total", "routeId=\"reaper-orphans\"")
                      > 3);

      // Then
      assertThat(restarted.get(path).body().path("pod")).isEqualTo(session.body().path("pod"));
      assertThat(pod(session).get().getMetadata().getDeletionTimestamp()).isNull();
      assertThat(told(session.field("id"))).noneMatch(line -> line.contains("no anchor"));
    }
  }

  @Test
  void session_whose_objects_have_lost_their_labels_goes_on_and_ends_on_time() {
    // Given
    Answer session = api.start(Map.of());
    String id = session.field("id");
    String stopped = api.session();

    // When
    unlabel(TestCluster.get().anchor(id));
    unlabel(pod(session));
    unlabel(TestCluster.get().anchor(stopped));
    await()
        .untilAsserted(
            () ->
                assertThat(told(id))
                    .anySatisfy(
                        line ->
                            assertThat(line)
                                .contains(
                                    "ConfigMap",
                                    "kubectl -n sessions label configmap session-" + id,
                                    "app.kubernetes.io/managed-by=caravanserai",
                                    "caravanserai.dev/role=anchor"))
                    .anySatisfy(line -> assertThat(line).contains("label pod session-" + id)));

    // Then
    assertThat(api.get("/v1/sessions/" + id).body().path("ready").asBoolean()).isTrue();
    assertThat(api.call("DELETE", "/v1/sessions/" + stopped + "?wait=true", null).status())
        .isEqualTo(204);
    assertThat(TestCluster.get().objects()).noneMatch(object -> object.contains(stopped));

    // When
    Instant due = Instant.now().plusSeconds(8);
    TestCluster.get().expire(id, due);

    // Then
    LastSeen.running(api, id).assertEndedAt(due);
    assertThat(api.start(Map.of("id", stopped)).status()).isEqualTo(201);
  }

  /** Whatever version the object has by now. */
  private static <T extends HasMetadata> void unlabel(Resource<T> object) {
    object.patch(PatchContext.of(PatchType.JSON_MERGE), "{\"metadata\": {\"labels\": null}}");
  }

  private static Pod byHand(Pod model, String id) {
    return new PodBuilder(model)
        .withNewMetadata()
        .withNamespace(TestCluster.NAMESPACE)
        .withName("session-" + id)
        .withLabels(model.getMetadata().getLabels())
        .withAnnotations(model.getMetadata().getAnnotations())
        .addToAnnotations(Annotations.ID, id)
        .endMetadata()
        .editSpec()
        .withNodeName(null)
        .endSpec()
        .withStatus(null)
        .build();
  }

  /** Empty when there is none. */
  private static String state(String id) {
    return api.get("/v1/sessions/" + id).field("state");
  }

  private static PodResource pod(Answer session) {
    return TestCluster.get()
        .client()
        .pods()
        .inNamespace(TestCluster.NAMESPACE)
        .withName(session.body().path("pod").path("name").asText());
  }

  /** The lines of the log about a session. */
  private static List<String> told(String id) {
    return LOG.lines().stream().filter(line -> line.contains("session=" + id)).toList();
  }
}
