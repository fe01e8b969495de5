package dev.caravanserai.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class PodLogTest extends PodFixture {
  private static final long ALL = Long.MAX_VALUE;

  @Test
  void log_has_the_lines_of_both_streams() {
    // Given
    pod("p", "command: [sh, -c, 'echo a; echo b >&2; printf c']");
    awaitPhase("p", "Succeeded");

    // When / Then
    assertThat(logs("p", ALL)).isEqualTo("a\nb\nc");
    assertThat(logs("p", 2)).isEqualTo("b\nc");
  }

  @Test
  void log_supports_timestamps_and_since() throws Exception {
    // Given
    pod("p", "command: [sh, -c, 'echo a; until [ -e /tmp/go ]; do sleep 0.1; done; echo b']");
    awaitPhase("p", "Running");
    await().until(() -> logsSoFar("p").equals("a\n"));

    // When
    Instant between = Instant.now();
    exec("p", "", "touch", "/tmp/go");

    // Then
    assertThat(logs("p", ALL, true, Instant.EPOCH)).matches("(?s)20\\S+Z a\n20\\S+Z b\n");
    assertThat(logs("p", ALL, false, between)).isEqualTo("b\n");
  }

  @Test
  void line_longer_than_the_buffer_is_kept() {
    // When
    pod("p", "command: [sh, -c, 'head -c 200000 /dev/zero | tr \"\\\\0\" x; echo; echo end']");
    awaitPhase("p", "Succeeded");

    // Then
    assertThat(logs("p", ALL)).isEqualTo("x".repeat(200000) + "\nend\n");
    assertThat(logs("p", 1)).isEqualTo("end\n");
  }
}
