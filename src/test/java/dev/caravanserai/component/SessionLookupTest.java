package dev.caravanserai.component;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravanserai.cluster.SessionCache;
import dev.caravanserai.life.MemoryCluster;
import dev.caravanserai.session.Annotations;
import dev.caravanserai.session.SessionKey;
import dev.caravanserai.session.State;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** When reading a session asks the cluster. */
class SessionLookupTest {
  private static final String TIME = "2026-01-01T12:00:00Z";
  private static final String LOST = "{\"code\":\"EVICTED\",\"message\":\"Pod a was deleted.\"}";

  @ParameterizedTest
  @CsvSource({"RUNNING, 3", "FAILED, 0", "COMPLETED, 0"})
  void session_without_its_pod_asks_the_cluster_only_until_its_end_is_known(
      State state, int expected) {
    // Given
    MemoryCluster cluster = new MemoryCluster();
    Map<String, String> annotations =
        new HashMap<>(
            Map.of(
                Annotations.ID, "a", Annotations.TENANT, "default", Annotations.STARTED_AT, TIME));
    if (state == State.FAILED) {
      annotations.put(Annotations.FAILURE, LOST);
    } else if (state == State.COMPLETED) {
      annotations.put(Annotations.COMPLETED_AT, TIME);
    }
    cluster.deliver(
        new ConfigMapBuilder()
            .withNewMetadata()
            .withNamespace("ns")
            .withName("session-a")
            .withUid("uid-a")
            .withAnnotations(annotations)
            .endMetadata()
            .build());
    SessionKey key = new SessionKey("memory", "default", "a");
    AtomicInteger asked = new AtomicInteger();
    SessionCache cache = (SessionCache) cluster.sessions();
    cache.refreshBy(
        one -> {
          asked.incrementAndGet();
          return CompletableFuture.completedFuture(cache.find(one));
        });
    SessionLookup lookup =
        new SessionLookup(new PodEndpoint("pod:get", null, Operation.get), cluster, null);

    // When
    for (int i = 0; i < 3; i++) {
      assertThat(lookup.find(key).toCompletableFuture().join().state()).isEqualTo(state);
    }

    // Then
    assertThat(asked).hasValue(expected);
  }
}
