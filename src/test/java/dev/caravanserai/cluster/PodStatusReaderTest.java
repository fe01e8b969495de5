package dev.caravanserai.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravanserai.session.Failure;
import dev.caravanserai.session.FailureCode;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PodStatusReaderTest {

  /** The words are those of kubelets, 1.20 and 1.36. */
  @ParameterizedTest
  @CsvSource({
    "CreateContainerConfigError, failed to sync secret cache: timed out waiting for the condition",
    "CreateContainerConfigError, failed to sync configmap cache: timed out waiting for the condition",
    "CreateContainerError, context deadline exceeded",
    "ContainerCreating, ''"
  })
  void errors_that_the_kubelet_retries_are_not_failures(String reason, String message) {
    assertThat(PodStatusReader.read(waiting(reason, message), "main", false).failure()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "CreateContainerConfigError, secret \"x\" not found, CONFIG_ERROR",
    "CreateContainerConfigError, container has runAsNonRoot and image will run as root, CONFIG_ERROR",
    "ImagePullBackOff, Back-off pulling image \"x\", IMAGE_PULL",
    "InvalidImageName, couldn't parse image reference, IMAGE_PULL"
  })
  void permanent_errors_fail_at_once_with_the_message_of_the_kubelet(
      String reason, String message, FailureCode code) {
    // When
    Optional<Failure> failure =
        PodStatusReader.read(waiting(reason, message), "main", false).failure();

    // Then
    assertThat(failure.map(Failure::code)).contains(code);
    assertThat(failure.orElseThrow().message()).contains(message);
    assertThat(failure.orElseThrow().reason()).contains(reason);
  }

  private static Pod waiting(String reason, String message) {
    return new PodBuilder()
        .withNewMetadata()
        .withName("p")
        .withNamespace("n")
        .endMetadata()
        .withNewStatus()
        .withPhase("Pending")
        .addNewContainerStatus()
        .withName("main")
        .withImage("x")
        .withNewState()
        .withNewWaiting(message, reason)
        .endState()
        .endContainerStatus()
        .endStatus()
        .build();
  }
}
