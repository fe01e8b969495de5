package dev.caravanserai.cluster.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravanserai.cluster.ContainerRef;
import dev.caravanserai.cluster.ExecChannel;
import dev.caravanserai.cluster.ExecEnd;
import dev.caravanserai.cluster.ExecListener;
import dev.caravanserai.cluster.ExecStart;
import dev.caravanserai.cluster.Timers;
import dev.caravanserai.session.FailureCode;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Every failure to open an exec reaches its listener. */
class PodExecOpenerTest {
  @AutoClose("shutdownNow")
  private final ScheduledExecutorService scheduler = Timers.named("test");

  @Test
  void credentials_that_cannot_be_read_end_the_exec_as_cluster_unreachable() throws Exception {
    // Given
    CompletableFuture<ExecEnd> end = new CompletableFuture<>();
    try (KubernetesClient client =
        new KubernetesClientBuilder()
            .withConfig(
                new ConfigBuilder(io.fabric8.kubernetes.client.Config.empty())
                    .withMasterUrl("https://127.0.0.1:1")
                    .withOauthTokenProvider(
                        () -> {
                          throw new IllegalStateException("/run/token cannot be read");
                        })
                    .build())
            .build()) {

      // When
      new PodExecOpener(client, scheduler)
          .open(
              new ExecStart(
                  new ContainerRef("sessions", "pod", "main"), List.of("true"), true, false),
              new OnlyTheEnd(end));

      // Then
      assertThat(end.get(1, TimeUnit.MINUTES))
          .isInstanceOfSatisfying(
              ExecEnd.Refused.class,
              refused -> {
                assertThat(refused.failure().code()).isEqualTo(FailureCode.CLUSTER_UNREACHABLE);
                assertThat(refused.failure().message()).contains("/run/token cannot be read");
              });
    }
  }

  private record OnlyTheEnd(CompletableFuture<ExecEnd> end) implements ExecListener {
    @Override
    public void onOpen(ExecChannel channel) {}

    @Override
    public CompletionStage<Void> onStdout(byte[] bytes) {
      return CompletableFuture.completedStage(null);
    }

    @Override
    public CompletionStage<Void> onStderr(byte[] bytes) {
      return CompletableFuture.completedStage(null);
    }

    @Override
    public void onEnd(ExecEnd ended) {
      end.complete(ended);
    }
  }
}
