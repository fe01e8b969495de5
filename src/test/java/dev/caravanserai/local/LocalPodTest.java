package dev.caravanserai.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.caravanserai.Patience;
import io.fabric8.kubernetes.api.model.Pod;
import java.io.ByteArrayOutputStream;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class LocalPodTest extends LocalFixture {
  @Test
  void pod_gets_defaults_runs_and_is_deleted() {
    // Given
    Pod made = client.resource(pod("p1").build()).create();

    // When
    Pod ready = client.pods().withName("p1").waitUntilReady(Patience.SECONDS, TimeUnit.SECONDS);

    // Then
    assertThat(made.getSpec().getRestartPolicy()).isEqualTo("Always");
    assertThat(made.getStatus().getPhase()).isEqualTo("Pending");
    assertThat(ready.getStatus().getPhase()).isEqualTo("Running");
    client.pods().withName("p1").withGracePeriod(0).delete();
    Awaitility.await().until(() -> client.pods().withName("p1").get() == null);
  }

  @Test
  void exec_returns_output_and_exit_code() throws Exception {
    // Given
    client.resource(pod("p").build()).create();
    client.pods().withName("p").waitUntilReady(Patience.SECONDS, TimeUnit.SECONDS);
    var out = new ByteArrayOutputStream();
    var err = new ByteArrayOutputStream();

    // When
    try (var exec =
        client
            .pods()
            .withName("p")
            .writingOutput(out)
            .writingError(err)
            .exec("sh", "-c", "printf out; printf err >&2; exit 7")) {

      // Then
      assertThat(exec.exitCode().get(Patience.SECONDS, TimeUnit.SECONDS)).isEqualTo(7);
      Awaitility.await().untilAsserted(() -> assertThat(out).hasToString("out"));
      Awaitility.await().untilAsserted(() -> assertThat(err).hasToString("err"));
    }
  }

  @Test
  void logs_are_read_in_full_or_by_tail() {
    // Given
    client.resource(pod("p").build()).create();
    client.pods().withName("p").waitUntilReady(Patience.SECONDS, TimeUnit.SECONDS);

    // When, Then
    Awaitility.await().until(() -> client.pods().withName("p").getLog().length() == 14);
    assertThat(client.pods().withName("p").getLog()).isEqualTo("one\ntwo\nthree\n");
    assertThat(client.pods().withName("p").tailingLines(1).getLog()).isEqualTo("three\n");
    assertThatThrownBy(() -> client.pods().withName("p").terminated().getLog())
        .satisfies(e -> assertThat(code(e)).isEqualTo(400));
  }
}
