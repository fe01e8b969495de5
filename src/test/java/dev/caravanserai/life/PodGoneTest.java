package dev.caravanserai.life;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravanserai.cluster.ContainerRef;
import dev.caravanserai.cluster.SessionCache;
import dev.caravanserai.session.Annotations;
import dev.caravanserai.session.Failure;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Only what is gone, or going, is told to be. */
class PodGoneTest {
  private static final Map<String, String> MARKS =
      Map.of(
          Annotations.ID, "a",
          Annotations.TENANT, "default",
          Annotations.START_BY, "2027-01-01T00:00:00Z",
          Annotations.EXPIRES_AT, "2027-01-01T00:00:00Z");

  private final SessionCache index = new SessionCache("inn", Runnable::run);
  private final PodGone gone = new PodGone(index);

  @Test
  void a_pod_that_is_not_ready_is_there() {
    // When
    index.onUpdate(pod());

    // Then
    assertThat(gone.apply(new ContainerRef("ns", "session-a", "main"))).isEmpty();
  }

  @Test
  void a_pod_that_is_being_deleted_goes() {
    // Given
    Pod pod = pod();
    pod.getMetadata().setDeletionTimestamp("2026-01-01T00:00:00Z");

    // When
    index.onUpdate(pod);

    // Then
    assertThat(gone.apply(new ContainerRef("ns", "session-a", "main")).flatMap(Failure::reason))
        .contains("PodTerminating");
  }

  @Test
  void a_pod_that_nobody_tells_of_is_gone() {
    assertThat(gone.apply(new ContainerRef("ns", "session-b", "main")).flatMap(Failure::reason))
        .contains("PodDeleted");
  }

  private Pod pod() {
    index.onUpdate(
        new ConfigMapBuilder()
            .withNewMetadata()
            .withName("session-a")
            .withNamespace("ns")
            .withUid("anchor")
            .withAnnotations(MARKS)
            .endMetadata()
            .build());
    return new PodBuilder()
        .withNewMetadata()
        .withName("session-a")
        .withNamespace("ns")
        .withUid("pod")
        .withAnnotations(MARKS)
        .addNewOwnerReference()
        .withKind("ConfigMap")
        .withUid("anchor")
        .endOwnerReference()
        .endMetadata()
        .withNewStatus()
        .withPhase("Running")
        .endStatus()
        .build();
  }
}
