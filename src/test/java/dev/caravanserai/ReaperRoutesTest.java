package dev.caravanserai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravanserai.session.SampleSessions;
import dev.caravanserai.session.Session;
import dev.caravanserai.session.SessionKey;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.apache.camel.builder.AdviceWith;
import org.apache.camel.component.scheduler.SchedulerEndpoint;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the reaper does at each tick, and when a session cannot be ended. */
class ReaperRoutesTest extends RouteTest {
  private static final Shown A = Shown.of("a");
  private static final Shown B = Shown.of("b");

  @Override
  String file() {
    return "routes/reaper.camel.yaml";
  }

  @BeforeEach
  void tickByHand() throws Exception {
    AdviceWith.adviceWith(
        context, "reaper-due", advice -> advice.replaceFromWith("direct:tick-due"));
    AdviceWith.adviceWith(
        context, "reaper-failed", advice -> advice.replaceFromWith("direct:tick-failed"));
    AdviceWith.adviceWith(
        context, "reaper-failed-event", advice -> advice.replaceFromWith("direct:event"));
    AdviceWith.adviceWith(
        context, "reaper-orphans", advice -> advice.replaceFromWith("direct:tick-orphans"));
    AdviceWith.adviceWith(
        context,
        "reaper-orphans",
        advice -> advice.weaveById("read-orphan").replace().process(this::read));
  }

  /** What the API server answers: pod two is gone, three is ending, and four cannot be read. */
  private void read(Exchange exchange) {
    String name = exchange.getMessage().getHeader("CamelKubernetesPodName", String.class);
    steps.add("read " + name);
    assertThat(exchange.getMessage().getHeader("CamelKubernetesNamespaceName")).isEqualTo("ns");
    switch (name) {
      case "two" -> exchange.getMessage().setBody(null);
      case "three" -> exchange.getMessage().setBody(pod(name, "2026-01-01T00:00:00Z"));
      case "four" -> throw new IllegalStateException("pods is forbidden");
      default -> exchange.getMessage().setBody(pod(name, null));
    }
  }

  private static Pod pod(String name, String deletion) {
    return new PodBuilder()
        .withNewMetadata()
        .withNamespace("ns")
        .withName(name)
        .withDeletionTimestamp(deletion)
        .endMetadata()
        .build();
  }

  @Test
  void tick_of_the_reaper_does_not_depend_on_the_clock() throws Exception {
    // Given
    context.removeRoute("reaper-due");

    // When
    var endpoint = context.getEndpoint("scheduler:reaper-due?delay=100ms");

    // Then
    assertThat(endpoint).isInstanceOf(SchedulerEndpoint.class);
    assertThat(java.nio.file.Files.readString(java.nio.file.Path.of(file())))
        .contains("uri: scheduler:reaper-due")
        .doesNotContain("quartz:");
  }

  @Test
  void each_due_session_is_ended_by_itself() throws Exception {
    // Given
    on("due", exchange -> exchange.getMessage().setBody(List.of(A, B)));
    on(
        "reap",
        exchange -> {
          if (exchange.getMessage().getBody().equals(A)) {
            throw new IllegalStateException("a cannot be ended");
          }
        });
    context.start();

    // When
    try (CapturedLog told = new CapturedLog("dev.caravanserai.reaper")) {
      template.sendBody("direct:tick-due", "");

      // Then
      Awaitility.await()
          .atMost(java.time.Duration.ofSeconds(30))
          .until(() -> steps.equals(List.of("due", "reap", "reap")));
      Awaitility.await()
          .untilAsserted(
              () ->
                  assertThat(told.lines())
                      .anySatisfy(
                          line ->
                              assertThat(line)
                                  .contains("session=a", "tenant=red")
                                  .contains("could not be ended", "a cannot be ended")));
      assertThat(told.lines())
          .anySatisfy(line -> assertThat(line).contains("session=a", "is due"))
          .noneMatch(line -> line.contains(A.expiresAt()));
    }
  }

  @Test
  void failure_of_every_session_that_failed_after_it_was_ready_is_kept() throws Exception {
    // Given
    on(
        "failed",
        exchange -> exchange.getMessage().setBody(List.of(A, Shown.of("c").neverReady(), B)));
    on(
        "fail",
        exchange -> {
          steps.add(exchange.getMessage().getBody(Shown.class).id());
          if (exchange.getMessage().getBody().equals(A)) {
            throw new IllegalStateException("away");
          }
        });
    context.start();

    // When
    try (CapturedLog told = new CapturedLog("dev.caravanserai.reaper")) {
      template.sendBody("direct:tick-failed", "");

      // Then
      assertThat(steps).containsExactly("failed", "fail", "a", "fail", "b");
      assertThat(told.lines())
          .anySatisfy(line -> assertThat(line).contains("session=a", "could not be annotated"));
    }
  }

  @Test
  void failure_of_a_session_that_was_ready_is_kept_when_its_event_comes() throws Exception {
    // Given
    SessionKey key = new SessionKey("inn", "red", "a");
    Session ready = SampleSessions.of(key, s -> s.startedAt(Optional.of(Instant.EPOCH)));
    Session never = SampleSessions.of(key, s -> s);
    context.start();

    // When
    template.sendBodyAndHeader("direct:event", ready, "CamelPodState", "RUNNING");
    template.sendBodyAndHeader("direct:event", never, "CamelPodState", "FAILED");
    template.sendBodyAndHeader("direct:event", ready, "CamelPodState", "FAILED");

    // Then
    Awaitility.await().until(() -> !steps.isEmpty());
    assertThat(steps).containsExactly("fail");
  }

  @Test
  void pod_without_an_anchor_is_ended_only_if_the_cluster_has_it_and_none_holds_up_another()
      throws Exception {
    // Given
    on(
        "orphans",
        exchange ->
            exchange
                .getMessage()
                .setBody(
                    Stream.of("one", "two", "three", "four", "five")
                        .map(name -> pod(name, null))
                        .toList()));
    on(
        "orphan",
        exchange -> {
          String name = exchange.getMessage().getBody(Pod.class).getMetadata().getName();
          steps.add(name);
          if (name.equals("one")) {
            throw new IllegalStateException("no answer about one");
          }
        });
    context.start();

    // When
    try (CapturedLog told = new CapturedLog("dev.caravanserai.reaper")) {
      template.sendBody("direct:tick-orphans", "");

      // Then
      assertThat(steps)
          .containsExactly(
              "orphans",
              "read one",
              "orphan",
              "one",
              "read two",
              "read three",
              "read four",
              "read five",
              "orphan",
              "five");
      assertThat(told.lines())
          .hasSize(2)
          .anySatisfy(line -> assertThat(line).contains("Pod ns/one", "30s", "no answer about one"))
          .anySatisfy(line -> assertThat(line).contains("Pod ns/four", "30s", "is forbidden"));
    }
  }
}
