package dev.caravanserai.life;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravanserai.session.Session;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is written to an anchor while its session is used. */
class AnchorNotesTest {
  private final MemoryCluster cluster = new MemoryCluster();
  private final AnchorNotes notes = new AnchorNotes(cluster, Duration.ofMinutes(10));

  @Test
  void parallel_uses_of_a_session_write_its_last_activity_once() {
    // Given
    Start start =
        new Anchors(cluster, new UnconfirmedCreates(cluster))
            .createOrJoin(Plans.of(Map.of("id", "busy")))
            .toCompletableFuture()
            .join();
    Session idle =
        Session.builder(start.key()).used(Instant.now().minus(Duration.ofMinutes(1))).build();
    Runnable answer = cluster.holdNotes();

    // When
    for (int i = 0; i < 10; i++) {
      notes.used(idle);
    }

    // Then
    assertThat(cluster.noted()).isEqualTo(1);
    answer.run();
    notes.used(idle);
    assertThat(cluster.noted()).isEqualTo(2);
  }
}
