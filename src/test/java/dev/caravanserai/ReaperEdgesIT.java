package dev.caravanserai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.caravanserai.Api.Answer;
import dev.caravanserai.ApiGate.Verdict;
import dev.caravanserai.server.Server;
import dev.caravanserai.session.Annotations;
import dev.caravanserai.session.Names;
import dev.caravanserai.session.SessionSpec;
import dev.caravanserai.settings.Settings;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
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
import org.slf4j.LoggerFactory;

/** Whatever somebody did to a session, it ends, says what to do, and keeps no other from ending. */
@ExtendWith(NothingLeftBehind.class)
class ReaperEdgesIT {
  private static final ListAppender<ILoggingEvent> LOG = new ListAppender<>();
  private static final Logger LOGGER = (Logger) LoggerFactory.getLogger("dev.caravanserai");

  private static ApiGate gate;
  private static Server server;
  private static Api api;

  @BeforeAll
  static void start() throws Exception {
    gate = new ApiGate(TestCluster.get().client());
    Path home = Files.createTempDirectory("caravanserai-reaper");
    Map<String, String> settings = TestServer.settings(home);
    settings.put(Settings.CLUSTER_KUBECONFIG.key(), gate.kubeconfig(home).toString());
    server = Server.start(Settings.of(settings), List.of());
    api = new Api(server.url(), TestServer.KEY);
    LOG.start();
    LOGGER.addAppender(LOG);
  }

  @AfterAll
  static void stop() throws Exception {
    LOGGER.detachAppender(LOG);
    if (server != null) {
      gate.open();
      api.stopAll();
      server.close();
    }
    gate.close();
  }

  @Test
  void one_that_cannot_be_ended_is_tried_ever_more_seldom_and_keeps_no_other_from_ending() {
    // Given
    String stuck = "stuck-" + System.currentTimeMillis();
    gate.stop("DELETE", "configmaps", stuck, Verdict.FORBIDDEN);
    Instant stuckUntil = expiry(api.start(Map.of("id", stuck, "timeoutSeconds", 5)));
    Answer other = api.start(Map.of("timeoutSeconds", 15));
    await().atMost(Duration.ofSeconds(30)).until(() -> gate.forbidden(stuck) > 0);
    int lists = gate.lists();

    // When
    Instant ended = goneFromRunning(other);

    // Then
    assertThat(ended).isAfterOrEqualTo(expiry(other));
    assertThat(state(stuck)).isEqualTo("RUNNING");
    long seconds = Duration.between(stuckUntil, Instant.now()).toSeconds();
    assertThat(gate.forbidden(stuck)).isBetween(2, 8).isLessThan((int) seconds);
    assertThat(gate.lists()).as("no tick lists").isEqualTo(lists);
    assertThat(told(stuck))
        .anySatisfy(
            line ->
                assertThat(line)
                    .contains("could not be ended and is tried again", "tenant=default")
                    .contains("the gate does not allow it", "Give this server's user that right"));

    // When
    gate.open();

    // Then
    await().atMost(Duration.ofSeconds(70)).until(() -> state(stuck).isEmpty());
  }

  @Test
  void an_anchor_with_an_unreadable_expiry_ends_when_its_pod_says() {
    // Given
    Answer edited = api.start(Map.of("timeoutSeconds", 15));
    String id = edited.field("id");

    // When
    anchor(id)
        .patch(
            PatchContext.of(PatchType.JSON_MERGE),
            "{\"metadata\":{\"annotations\":{\"%s\":\"tomorrow\"}}}"
                .formatted(Annotations.EXPIRES_AT));
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
    assertThat(goneFromRunning(edited)).isBetween(expiry(edited), expiry(edited).plusSeconds(10));
  }

  @Test
  void an_anchor_without_a_pod_says_so_until_its_expiry() {
    // Given
    Answer robbed = api.start(Map.of("timeoutSeconds", 20));
    String id = robbed.field("id");

    // When
    TestCluster.get()
        .client()
        .pods()
        .inNamespace(TestCluster.NAMESPACE)
        .withName(robbed.body().path("pod").path("name").asText())
        .delete();
    await().atMost(Duration.ofSeconds(15)).until(() -> state(id).equals("FAILED"));

    // Then
    assertThat(api.get("/v1/sessions/" + id).body().path("failure").path("message").asText())
        .contains("pod is gone", "Stop the session and start it again");
    await()
        .atMost(Duration.between(Instant.now(), expiry(robbed).plusSeconds(10)))
        .pollInterval(Duration.ofMillis(100))
        .until(() -> state(id).isEmpty());
    assertThat(Instant.now()).isAfterOrEqualTo(expiry(robbed));
  }

  @Test
  void a_pod_without_an_anchor_is_ended_after_a_look_whether_there_is_none_indeed() {
    // Given
    String id = "orphan-" + System.currentTimeMillis();
    var pods = TestCluster.get().client().pods().inNamespace(TestCluster.NAMESPACE);
    Pod model = pods.withName(api.start(Map.of()).body().path("pod").path("name").asText()).get();

    // When
    pods.resource(byHand(model, id)).create();

    // Then
    await().atMost(Duration.ofSeconds(15)).until(() -> state(id).equals("STOPPING"));
    await()
        .atMost(Duration.ofSeconds(60))
        .pollInterval(Duration.ofMillis(500))
        .until(() -> state(id).isEmpty());
    assertThat(told(id))
        .anySatisfy(
            line ->
                assertThat(line)
                    .contains("has a pod but no anchor", "kubectl -n sessions get secrets"));
    assertThat(TestCluster.get().objects()).noneMatch(object -> object.contains(id));
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

  private static Instant goneFromRunning(Answer session) {
    await()
        .atMost(Duration.ofSeconds(60))
        .pollInterval(Duration.ofMillis(50))
        .until(() -> !state(session.field("id")).equals("RUNNING"));
    return Instant.now();
  }

  private static Instant expiry(Answer session) {
    assertThat(session.status()).as(session.text()).isEqualTo(201);
    return Instant.parse(session.field("expiresAt"));
  }

  /** Empty when there is none. */
  private static String state(String id) {
    return api.get("/v1/sessions/" + id).field("state");
  }

  private static Resource<ConfigMap> anchor(String id) {
    return TestCluster.get()
        .client()
        .configMaps()
        .inNamespace(TestCluster.NAMESPACE)
        .withName(Names.anchor(SessionSpec.DEFAULT_TENANT, id));
  }

  /** The lines of the log about a session. */
  private static List<String> told(String id) {
    return List.copyOf(LOG.list).stream()
        .map(ILoggingEvent::getFormattedMessage)
        .filter(line -> line.contains("session=" + id))
        .toList();
  }
}
