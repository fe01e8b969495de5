package dev.caravanserai.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** An error in a listener affects neither later updates nor other listeners. */
class SubscriberTest {
  @Test
  void listener_that_throws_an_error_gets_the_next_update() {
    // Given
    AtomicInteger calls = new AtomicInteger();
    Scene scene = new Scene();
    scene.cache.subscribe(
        "faulty",
        10,
        update -> {
          if (calls.getAndIncrement() == 0) {
            throw new AssertionError("once");
          }
        });

    // When
    scene.next().seeAnchor();
    scene.ready().seePod();

    // Then
    assertThat(calls).hasValue(2);
  }

  @Test
  void updates_that_no_thread_could_deliver_arrive_with_the_next_one() {
    // Given
    AtomicInteger calls = new AtomicInteger();
    AtomicBoolean full = new AtomicBoolean(true);
    SessionCache cache =
        new SessionCache(
            "inn",
            task -> {
              if (full.get()) {
                throw new RejectedExecutionException("full");
              }
              task.run();
            });
    cache.subscribe("late", 10, update -> calls.incrementAndGet());
    cache.onUpdate(Marked.anchor("a", Map.of()));

    // When
    full.set(false);
    cache.onUpdate(Marked.anchor("b", Map.of()));

    // Then
    assertThat(calls).hasValue(2);
  }
}
