package dev.caravanserai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.time.Instant;

/**
 * When a session was last seen running. The longest pause between two reads shows how slow the
 * machine is, and is added to time limits.
 *
 * @param running start of the last read that saw it running
 * @param gone end of the first read that did not
 * @param pause the longest time between two reads
 */
record LastSeen(Instant running, Instant gone, Duration pause) {
  private static final int WORK_OF_ONE_END = 5;

  /** Reads the session until it no longer runs. */
  static LastSeen running(Api api, String id) {
    Looks looks = new Looks();
    await().pollInterval(Duration.ofMillis(20)).until(() -> !looks.running(api, id));
    return new LastSeen(looks.before, Instant.now(), looks.pause);
  }

  /** Not before, and at most a second late. */
  void assertEndedAt(Instant due) {
    assertNotBefore(due);
    assertBy(due.plusSeconds(1));
  }

  void assertNotBefore(Instant due) {
    assertThat(gone).isAfterOrEqualTo(due);
  }

  /** Allows for the slowness of the machine. */
  void assertBy(Instant latest) {
    assertThat(running)
        .as("with %s from one look to the next", pause)
        .isBefore(latest.plus(pause.multipliedBy(WORK_OF_ONE_END)));
  }

  private static final class Looks {
    private Instant last = Instant.now();
    private Instant before = last;
    private Duration pause = Duration.ZERO;

    boolean running(Api api, String id) {
      before = last;
      last = Instant.now();
      Duration since = Duration.between(before, last);
      pause = since.compareTo(pause) > 0 ? since : pause;
      return api.get("/v1/sessions/" + id).field("state").equals("RUNNING");
    }
  }
}
