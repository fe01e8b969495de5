package dev.caravanserai.component;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.caravanserai.cluster.ObjectRef;
import dev.caravanserai.cluster.SessionCache;
import dev.caravanserai.life.AnchorNotes;
import dev.caravanserai.life.MemoryCluster;
import dev.caravanserai.life.Start;
import dev.caravanserai.life.Termination;
import dev.caravanserai.session.Annotations;
import dev.caravanserai.session.Failure;
import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.Session;
import dev.caravanserai.session.State;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The reaper ends the life that was due, not the next one of the same id. */
class NextLifeTest {
  private static ConfigMap anchor(String expires) {
    return new ConfigMapBuilder()
        .withNewMetadata()
        .withNamespace("ns")
        .withName("session-a")
        .withAnnotations(
            Map.of(
                Annotations.ID,
                "a",
                Annotations.TENANT,
                "default",
                Annotations.EXPIRES_AT,
                expires))
        .endMetadata()
        .addToData("spec", "{}")
        .build();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void stop_ends_the_life_that_there_is_although_only_the_former_is_known(boolean wait)
      throws Exception {
    // Given
    try (KameletContext context = new KameletContext()) {
      MemoryCluster cluster = context.cluster();
      ConfigMap one = cluster.create(anchor("2999-01-01T00:00:00Z")).toCompletableFuture().join();
      ConfigMap two = new ConfigMapBuilder(one).editMetadata().withUid("two").endMetadata().build();
      cluster.put(two); // another replica stopped the session and started the next one
      SessionCache index = (SessionCache) cluster.sessions();
      index.refreshBy(
          key -> {
            cluster.deliverEnd(one);
            cluster.put(two);
            cluster.deliver(two);
            return CompletableFuture.completedFuture(index.find(key));
          });
      context.camel().start();

      // When
      context
          .camel()
          .createProducerTemplate()
          .requestBody("pod:delete?sessionId=a&wait=" + wait, (Object) null);

      // Then
      assertThat(cluster.there()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void stop_whose_session_ends_meanwhile_succeeds(boolean wait) throws Exception {
    // Given
    try (KameletContext context = new KameletContext()) {
      MemoryCluster cluster = context.cluster();
      ConfigMap one = cluster.create(anchor("2999-01-01T00:00:00Z")).toCompletableFuture().join();
      cluster.remove(one); // somebody else's stop was faster
      SessionCache index = (SessionCache) cluster.sessions();
      index.refreshBy(
          key -> {
            cluster.deliverEnd(one);
            return CompletableFuture.completedFuture(index.find(key));
          });
      context.camel().start();

      // When
      Throwable thrown =
          catchThrowable(
              () ->
                  context
                      .camel()
                      .createProducerTemplate()
                      .requestBody("pod:delete?sessionId=a&wait=" + wait, (Object) null));

      // Then
      assertThat(thrown).isNull();
    }
  }

  @Test
  void async_start_of_a_session_that_was_stopped_is_a_conflict() throws Exception {
    try (KameletContext context = new KameletContext()) {
      // Given
      context.camel().start();
      ProducerTemplate template = context.camel().createProducerTemplate();
      Object plan = template.requestBody("pod:plan", "{\"id\": \"a\"}");
      Start start = (Start) template.requestBody("pod:anchor", plan);
      context.cluster().deliverEnd(context.cluster().now(start.plan().anchor()).orElseThrow());

      // When
      Throwable thrown = catchThrowable(() -> template.requestBody("pod:get", start));

      // Then
      assertThat(thrown).hasCause(start.stopped());
    }
  }

  @Test
  void reap_and_fail_do_nothing_to_the_next_life_of_the_id() throws Exception {
    // Given
    MemoryCluster cluster = new MemoryCluster();
    ConfigMap one = cluster.create(anchor("2026-01-01T00:00:00Z")).toCompletableFuture().join();
    Session due = cluster.sessions().takeDue(Instant.now()).get(0);
    Session failed =
        due.with(
            to ->
                to.state(State.FAILED)
                    .failure(Optional.of(Failure.of(FailureCode.OOM_KILLED, "of the former life")))
                    .expiresAt(due.expiresAt()));
    // the owner stops it and starts a new one before the operation runs
    cluster.deliverEnd(one);
    ConfigMap two = cluster.create(anchor("2999-01-01T00:00:00Z")).toCompletableFuture().join();
    var exchange = new DefaultExchange(new DefaultCamelContext());

    // When
    exchange.getMessage().setBody(failed);
    new FailOperation(cluster, new AnchorNotes(cluster, Duration.ofMinutes(10)))
        .run(exchange)
        .toCompletableFuture()
        .join();
    exchange.getMessage().setBody(due);
    new ReapOperation(cluster.sessions(), new Termination(cluster))
        .run(exchange)
        .toCompletableFuture()
        .join();

    // Then
    assertThat(cluster.notes(ObjectRef.to(two))).isEmpty();
    assertThat(cluster.there()).contains("ConfigMap/session-a");
  }
}
