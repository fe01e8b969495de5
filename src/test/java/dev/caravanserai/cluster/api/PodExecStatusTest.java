package dev.caravanserai.cluster.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravanserai.cluster.ContainerRef;
import dev.caravanserai.cluster.ExecEnd;
import dev.caravanserai.session.Failure;
import dev.caravanserai.session.FailureCode;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Messages are those of Kubernetes 1.20 to 1.36, containerd and runc. */
class PodExecStatusTest {
  private static final ContainerRef MAIN = new ContainerRef("sessions", "pod", "main");
  private final KubernetesSerialization json = new KubernetesSerialization();

  @Test
  void success_is_exit_code_zero() {
    assertThat(read("{\"metadata\":{},\"status\":\"Success\"}")).isEqualTo(new ExecEnd.Exited(0));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 126, 127, 137, 255})
  void exit_code_is_among_the_causes(int code) {
    // Given
    String status =
        """
        {"metadata":{},"status":"Failure","reason":"NonZeroExitCode",
         "message":"command terminated with non-zero exit code: exit status %1$d",
         "details":{"causes":[{"reason":"ExitCode","message":"%1$d"}]}}
        """;

    // Then
    assertThat(read(status.formatted(code))).isEqualTo(new ExecEnd.Exited(code));
  }

  @Test
  void message_of_the_runtime_is_kept() {
    // Given
    String status =
        """
        {"metadata":{},"status":"Failure","reason":"InternalError","code":500,
         "message":"OCI runtime exec failed: exec: \\"sh\\": executable file not found in $PATH"}
        """;

    // When
    Failure failure = ((ExecEnd.Refused) read(status)).failure();

    // Then
    assertThat(failure.code()).isEqualTo(FailureCode.CONFIG_ERROR);
    assertThat(failure.reason()).contains("InternalError");
    assertThat(failure.message())
        .contains("sessions/pod/main", "exec: \"sh\": executable file not found in $PATH");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "not json", "[]", "{}", "{\"status\":null}", "\u0000\u0001", "12"})
  void invalid_status_is_not_a_success(String text) {
    assertThat(read(text)).isInstanceOf(ExecEnd.Lost.class);
  }

  @Test
  void failure_without_an_exit_code_is_not_an_exit() {
    assertThat(read("{\"status\":\"Failure\",\"reason\":\"NonZeroExitCode\"}"))
        .isInstanceOf(ExecEnd.Refused.class);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "401 | Unauthorized | FORBIDDEN",
        "403 | pods is forbidden: User cannot create resource pods/exec | FORBIDDEN",
        "404 | pods \"x\" not found | NOT_FOUND",
        "400 | container nope is not valid for pod x | NOT_FOUND",
        "400 | cannot exec in a stopped container | CONFLICT",
        "400 | pod x does not have a host assigned | CONFLICT",
        "500 | cannot exec into a container in a completed pod; current phase is Failed | CONFLICT",
        "429 | too many requests | LIMIT_REACHED",
        "500 | error dialing backend: dial tcp: connection refused | CLUSTER_UNREACHABLE",
        "503 | the server is currently unable | CLUSTER_UNREACHABLE"
      })
  void refused_handshake_has_a_failure_code(int http, String words, FailureCode code) {
    // When
    Failure failure = PodExecStatus.refusedHandshake(MAIN, http, words, json);

    // Then
    assertThat(failure.code()).isEqualTo(code);
    assertThat(failure.message()).contains("sessions/pod/main", words);
  }

  private ExecEnd read(String text) {
    return PodExecStatus.read(MAIN, text.getBytes(StandardCharsets.UTF_8), json);
  }
}
