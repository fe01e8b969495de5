package dev.caravanserai.component;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravanserai.CapturedLog;
import dev.caravanserai.session.ExecResult;
import dev.caravanserai.session.Failure;
import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.Outcome;
import dev.caravanserai.session.SampleSessions;
import dev.caravanserai.session.SessionKey;
import java.time.Duration;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** The log lines of execs. */
class ExecLogTest {
  @Test
  void command_that_was_not_started_is_not_repeated_in_the_log() {
    // Given
    Outcome outcome =
        Outcome.notStarted(
            Failure.of(
                FailureCode.CONFIG_ERROR, "exec: \"mysql -pS3cret\": not found", "NoProgram"));

    ExecResult.Output none = new ExecResult.Output(new byte[0], 0);

    // When
    try (CapturedLog log = new CapturedLog("dev.caravanserai.execs")) {
      ExecLog.ended(
          SampleSessions.of(new SessionKey("inn", "default", "a"), UnaryOperator.identity()),
          new ExecResult("e1", outcome, none, none, Duration.ofMillis(5)));

      // Then
      assertThat(log.lines())
          .singleElement()
          .asString()
          .contains("exec=e1 notStarted (CONFIG_ERROR NoProgram)")
          .doesNotContain("S3cret");
    }
  }
}
