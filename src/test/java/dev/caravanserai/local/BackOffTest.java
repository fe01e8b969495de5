package dev.caravanserai.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class BackOffTest {
  private final BackOff backOff = new BackOff();

  private long[] waits(int count, long ranSeconds) {
    Duration ran = Duration.ofSeconds(ranSeconds);
    return LongStream.generate(() -> backOff.secondsAfter(ran)).limit(count).toArray();
  }

  @Test
  void back_off_doubles_up_to_half_a_minute() {
    assertThat(waits(8, 59)).containsExactly(0, 1, 2, 4, 8, 16, 30, 30);
  }

  @Test
  void back_off_begins_anew_after_a_container_ran_for_a_minute() {
    // Given
    waits(5, 0);

    // When, Then
    assertThat(waits(1, 60)).containsExactly(0);
    assertThat(waits(2, 1)).containsExactly(1, 2);
  }
}
