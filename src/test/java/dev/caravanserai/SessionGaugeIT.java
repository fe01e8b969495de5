package dev.caravanserai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Sessions are counted by state as they come and go. */
@Tag("local")
@ExtendWith(NothingLeftBehind.class)
class SessionGaugeIT {
  @RegisterExtension static final TestServer SERVER = new TestServer();

  private final Api api = SERVER.api();

  @Test
  void sessions_are_counted_by_state_as_they_come_and_go() {
    // Given
    assertThat(running()).isZero();

    // When
    String session = api.session();

    // Then
    await().until(() -> running() == 1);
    api.call("DELETE", "/v1/sessions/" + session + "?wait=true", null);
    await().until(() -> running() == 0);
  }

  private double running() {
    return Metrics.of(api).value("caravanserai_sessions", "profile=\"default\"", "RUNNING");
  }
}
