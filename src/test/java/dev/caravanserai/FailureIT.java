package dev.caravanserai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravanserai.Api.Answer;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A failed start says why, in the words of the cluster, and leaves nothing. */
@ExtendWith(NothingLeftBehind.class)
class FailureIT {
  @RegisterExtension
  static final TestServer SERVER =
      new TestServer(
          Map.of(
              "caravanserai.session.unschedulable-after",
              "2s",
              "caravanserai.profile.folder",
              "src/test/profiles"));

  private final Api api = SERVER.api();

  @Test
  void image_that_cannot_be_pulled_fails_the_start() {
    // When
    Answer answer = api.start(Map.of("image", "does-not-exist.invalid/none:1"));

    // Then
    assertThat(answer.field("code")).as(answer.text()).isEqualTo("IMAGE_PULL");
    assertThat(answer.field("detail")).contains("does-not-exist.invalid/none:1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"wait=300", "respond-async"})
  void command_that_ends_at_once_shows_its_log_to_its_caller_only(String prefer) {
    // Given
    String script = "echo password >&2; exit 3";
    try (CapturedLog told = new CapturedLog("dev.caravanserai")) {
      // When
      Answer answer =
          api.startLater(Map.of("command", List.of("sh", "-c", script)), Map.of("Prefer", prefer))
              .join();

      // Then: it ran for a moment, so either the start fails or the session does
      if (answer.status() < 300) {
        String path = "/v1/sessions/" + answer.field("id");
        await().until(() -> api.get(path).field("state").equals("FAILED"));
        await().until(() -> api.get(path + "/logs").text().contains("password"));
        assertThat(api.get(path).body().at("/failure/code").asText()).isEqualTo("CRASHED");
        assertThat(api.get(path).text())
            .contains("exited with 3", "/logs")
            .doesNotContain("password");
      } else {
        assertThat(answer.field("code")).as(answer.text()).isEqualTo("CRASHED");
        assertThat(answer.field("detail")).contains("exited with 3").doesNotContain("password");
        assertThat(answer.body().path("log"))
            .hasSize(1)
            .allMatch(line -> line.asText().equals("password"));
      }
      assertThat(told.lines()).noneMatch(line -> line.contains("password"));
    }
    api.stopAll();
  }

  @Test
  void missing_command_fails_the_start() {
    // When
    Answer answer = api.start(Map.of("command", List.of("no-such-program")));

    // Then
    assertThat(answer.field("code")).as(answer.text()).isEqualTo("CONFIG_ERROR");
    assertThat(answer.field("detail")).contains("no-such-program");
  }

  @Test
  void pod_that_fits_no_node_fails_the_start_in_time() {
    // Given
    Map<String, ?> nowhere =
        Map.of(
            "profile",
            "every-step",
            "metadata",
            Map.of("nodes", Map.of("caravanserai.dev/none", "such"), "fault", "unschedulable"));

    // When
    List<Answer> answers = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      answers.add(api.start(nowhere));
    }
    IntStream.range(0, 10)
        .mapToObj(i -> api.startLater(nowhere, Map.of()))
        .toList()
        .forEach(answer -> answers.add(answer.join()));

    // Then
    assertThat(answers)
        .allSatisfy(a -> assertThat(a.field("code")).as(a.text()).isEqualTo("UNSCHEDULABLE"));
  }

  @ParameterizedTest
  @CsvSource({"cpu, 1000, OutOfcpu", "memory, 1Ti, OutOfmemory"})
  void pod_that_its_node_refuses_fails_the_start_in_the_words_of_the_kubelet(
      String resource, String amount, String reason) {
    Assumptions.assumeTrue(TestCluster.real(), "needs a kubelet that checks resources");
    // Given
    String pod = api.start(Map.of()).body().at("/pod/name").asText();
    String node =
        TestCluster.get()
            .client()
            .pods()
            .inNamespace(TestCluster.NAMESPACE)
            .withName(pod)
            .get()
            .getSpec()
            .getNodeName();
    api.stopAll();

    // When
    Answer answer =
        api.start(
            Map.of(
                "profile", "naming",
                "metadata", Map.of("nodeName", node),
                "resources",
                    Map.of(
                        "limits", Map.of(resource, amount), "requests", Map.of(resource, amount))));

    // Then
    assertThat(answer.field("code")).as(answer.text()).isEqualTo("UNSCHEDULABLE");
    assertThat(answer.field("reason")).isEqualTo(reason);
    assertThat(answer.field("detail"))
        .contains("was refused by its node", resource)
        .doesNotContain(" log");
  }

  /** The probe keeps the session from being ready before its command ends. */
  @Test
  void log_of_a_command_that_ends_during_the_start_is_in_the_response() {
    Assumptions.assumeTrue(TestCluster.real(), "needs a kubelet that runs probes");
    // Given
    Map<String, ?> metadata =
        Map.of(
            "side", "sleep 600",
            "restart", "Never",
            "probe", Map.of("exec", Map.of("command", List.of("test", "-e", "/no/such"))));

    // When
    Answer answer =
        api.start(
            Map.of(
                "profile",
                "with-sidecar",
                "metadata",
                metadata,
                "command",
                List.of("sh", "-c", "echo one >&2; echo boom >&2; exit 3")));

    // Then
    assertThat(answer.field("code")).as(answer.text()).isEqualTo("CRASHED");
    assertThat(answer.field("detail")).contains("exited with 3", "field log");
    assertThat(answer.body().path("log"))
        .extracting(JsonNode::asText)
        .containsExactly("one", "boom");
  }

  /** Thousands of such variables keep a program from starting. */
  @ParameterizedTest
  @ValueSource(strings = {"default", "naming"})
  void services_of_the_namespace_are_not_in_the_environment_of_a_session(String profile) {
    Assumptions.assumeTrue(TestCluster.real(), "the local cluster sets no variables of services");
    // Given
    String name = "failure-it-" + Long.toString(System.nanoTime(), 36);
    Service service =
        TestCluster.get()
            .client()
            .resource(
                new ServiceBuilder()
                    .withNewMetadata()
                    .withName(name)
                    .withNamespace(TestCluster.NAMESPACE)
                    .endMetadata()
                    .withNewSpec()
                    .addNewPort()
                    .withPort(80)
                    .endPort()
                    .endSpec()
                    .build())
            .create();
    try {
      // When
      Answer started = api.start(Map.of("profile", profile));
      Answer env = api.exec(started.field("id"), Map.of("command", List.of("env")));

      // Then
      assertThat(env.field("stdout"))
          .as(env.text())
          .contains("PATH=")
          .doesNotContain(name.toUpperCase(Locale.ROOT).replace('-', '_'));
    } finally {
      TestCluster.get().client().resource(service).delete();
      api.stopAll();
    }
  }

  @Test
  void working_directory_that_is_a_file_fails_the_start() {
    // When
    Answer answer = api.start(Map.of("workingDir", "/etc/passwd"));

    // Then
    assertThat(answer.field("code")).as(answer.text()).isEqualTo("CONFIG_ERROR");
    assertThat(answer.field("detail")).contains("/etc/passwd", "workingDir");
  }

  @Test
  void arguments_and_variables_above_the_limits_of_linux_are_rejected() {
    // When
    Answer answer =
        api.start(
            Map.of(
                "args", List.of("x".repeat(131_072)), "env", Map.of("CARAVANSERAI_EXEC_ID", "1")));

    // Then
    assertThat(answer.status()).as(answer.text()).isEqualTo(400);
    assertThat(answer.body().at("/errors").findValuesAsText("pointer"))
        .containsExactlyInAnyOrder("/args/0", "/env/CARAVANSERAI_EXEC_ID");
  }

  @Test
  void longest_argument_and_variable_that_linux_allows_arrive() {
    // Given
    String longest = "x".repeat(131_071);

    // When
    Answer answer =
        api.start(
            Map.of(
                "command", List.of("sh", "-c", "echo ${#1}; exec sleep 600", "sh", longest),
                "env", Map.of("LONG", longest.substring("LONG=".length()))));

    // Then
    assertThat(answer.status()).as(answer.text()).isEqualTo(201);
    api.stopAll();
  }

  @Test
  void failure_of_an_asynchronous_start_can_be_read_later() {
    // Given
    Answer accepted =
        api.startLater(
                Map.of("image", "does-not-exist.invalid/none:1"), Map.of("Prefer", "respond-async"))
            .join();
    String path = "/v1/sessions/" + accepted.field("id");

    // When
    await().until(() -> api.get(path).field("state").equals("FAILED"));

    // Then
    assertThat(accepted.status()).isEqualTo(202);
    assertThat(api.get(path).body().path("failure").path("code").asText()).isEqualTo("IMAGE_PULL");
  }
}
