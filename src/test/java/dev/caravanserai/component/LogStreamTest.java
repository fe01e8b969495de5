package dev.caravanserai.component;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.caravanserai.cluster.ByteSource;
import dev.caravanserai.exec.Execs;
import dev.caravanserai.session.Annotations;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.ContainerStateBuilder;
import io.fabric8.kubernetes.api.model.ContainerStatusBuilder;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A log stream in a route: its end, and what a step must not make of it. */
class LogStreamTest {
  private static final class Source implements ByteSource {
    final CompletableFuture<Optional<byte[]>> piece = new CompletableFuture<>();

    @Override
    public CompletionStage<Optional<byte[]>> next() {
      return piece;
    }
  }

  @AutoClose private final KameletContext context = new KameletContext();
  private final Execs execs = context.services().execs();
  private final Source source = new Source();

  @BeforeEach
  void start() throws Exception {
    context.cluster().deliver(new ConfigMapBuilder().withMetadata(meta("anchor")).build());
    report(true, "containerd://1");
    context.cluster().log("main", source);
    context
        .camel()
        .addRoutes(
            new RouteBuilder() {
              @Override
              public void configure() {
                errorHandler(noErrorHandler());
                String log = "pod:logstream?container=main&follow=true";
                from("direct:log").to(log);
                from("direct:text").to(log).convertBodyTo(String.class);
                from("direct:twice")
                    .to("pod:logs")
                    .to("pod:logs")
                    .process(e -> e.getMessage().setHeader("kept", execs.memory()));
                from("direct:kamelets")
                    .to("kamelet:session-logs-action")
                    .to("kamelet:session-logs-action")
                    .process(e -> e.getMessage().setHeader("kept", execs.memory()));
                from("direct:tail").to("pod:logs?tail=2147483647");
                from("direct:file").to(log).to("file:target/log-stream-test");
              }
            });
    context.camel().start();
  }

  private static ObjectMeta meta(String uid) {
    return new ObjectMetaBuilder()
        .withNamespace("ns")
        .withName("session-a")
        .withUid(uid)
        .withAnnotations(
            Map.of(
                Annotations.ID, "a",
                Annotations.TENANT, "default",
                Annotations.STARTED_AT, "2026-01-01T00:00:00Z",
                Annotations.EXPIRES_AT, "2999-01-01T00:00:00Z"))
        .build();
  }

  /** What the kubelet reports of the container. */
  private void report(boolean running, String run) {
    var state = new ContainerStateBuilder();
    var status =
        new ContainerStatusBuilder()
            .withName("main")
            .withContainerID(run)
            .withRestartCount(0)
            .withState(
                running
                    ? state.withNewRunning().endRunning().build()
                    : state.withNewTerminated().withExitCode(0).endTerminated().build())
            .build();
    Pod pod =
        new PodBuilder()
            .withMetadata(meta("1"))
            .editMetadata()
            .addNewOwnerReference()
            .withKind("ConfigMap")
            .withUid("anchor")
            .endOwnerReference()
            .endMetadata()
            .withNewSpec()
            .endSpec()
            .withNewStatus()
            .withPhase("Running")
            .withContainerStatuses(status)
            .endStatus()
            .build();
    context.cluster().put(pod);
    context.cluster().deliver(pod);
  }

  private Exchange call(String route) {
    return context
        .camel()
        .createProducerTemplate()
        .request("direct:" + route, e -> e.getMessage().setHeader(PodConstants.SESSION_ID, "a"));
  }

  private CompletableFuture<Optional<byte[]>> next() {
    Exchange answered = call("log");
    assertThat(answered.getException()).isNull();
    return ((ByteSource) answered.getMessage().getBody()).next().toCompletableFuture();
  }

  @Test
  void followed_log_whose_container_runs_on_breaks_off_and_does_not_look_complete() {
    // When
    source.piece.complete(Optional.empty());

    // Then
    var piece = next();
    assertThatThrownBy(() -> piece.get(20, TimeUnit.SECONDS))
        .hasMessageContaining("CONNECTION_LOST")
        .hasMessageContaining("session-a/main");
  }

  @Test
  void followed_log_is_complete_once_its_container_has_ended_or_was_restarted() throws Exception {
    // Given
    source.piece.complete(Optional.empty());

    // When
    var ended = next();
    await().during(Duration.ofMillis(500)).until(() -> !ended.isDone());
    report(false, "containerd://1");

    // Then
    assertThat(ended.get(20, TimeUnit.SECONDS)).isEmpty();
    report(true, "containerd://1");
    var restarted = next();
    report(true, "containerd://2");
    assertThat(restarted.get(20, TimeUnit.SECONDS)).isEmpty();
  }

  @Test
  void stream_does_not_become_text_but_names_the_action_that_does() {
    for (String route : new String[] {"text", "file"}) {
      Exchange answered = call(route);
      assertThat(answered.getException())
          .as("%s: %s", route, answered.getMessage().getBody())
          .hasStackTraceContaining("session-logs-action");
    }
  }

  @Test
  void log_in_memory_counts_until_the_route_reads_another_one_or_ends() {
    // Given
    boolean[] ended = {true};
    context
        .cluster()
        .log(
            "main",
            () -> {
              ended[0] = !ended[0];
              return CompletableFuture.completedFuture(
                  ended[0] ? Optional.empty() : Optional.of(new byte[1000]));
            });

    for (String route : new String[] {"twice", "kamelets"}) {
      // When
      Exchange answered = call(route);

      // Then
      assertThat(answered.getException()).as(route).isNull();
      assertThat(answered.getMessage().getHeader("kept")).as(route).isEqualTo(1000L);
      assertThat(execs.memory()).as(route).isZero();
    }
  }

  @Test
  void greatest_tail_of_the_contract_is_one_of_the_operation() {
    // Given
    context.cluster().log("main", ByteSource.of(new byte[1000]));

    // Then
    assertThat(call("tail").getException()).isNull();
  }
}
