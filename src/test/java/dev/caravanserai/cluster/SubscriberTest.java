package dev.caravanserai.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What a listener does wrong harms neither itself later nor others. */
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
}
