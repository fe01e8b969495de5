package dev.caravanserai.component;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravanserai.cluster.ObjectRef;
import dev.caravanserai.life.AnchorNotes;
import dev.caravanserai.life.MemoryCluster;
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
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;

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
