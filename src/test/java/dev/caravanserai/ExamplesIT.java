package dev.caravanserai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.caravanserai.Api.Answer;
import dev.caravanserai.server.Server;
import dev.caravanserai.settings.Settings;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.slf4j.LoggerFactory;

/** The example routes do what they say. */
@ExtendWith(NothingLeftBehind.class)
class ExamplesIT {

  @Test
  void the_timer_runs_a_command_in_a_fresh_session_and_logs_the_result() throws Exception {
    // Given
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    log.start();
    Logger logger = (Logger) LoggerFactory.getLogger("every-minute");
    logger.addAppender(log);

    // When
    try (Server server = start("examples/timer.camel.yaml")) {
      await()
          .atMost(Duration.ofSeconds(60))
          .until(() -> List.copyOf(log.list).stream().anyMatch(ExamplesIT::isResult));
      Api api = new Api(server.url(), TestServer.KEY);
      await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> api.get("/v1/sessions?state=RUNNING").body().path("items").isEmpty());
    } finally {
      logger.detachAppender(log);
    }
  }

  private static boolean isResult(ILoggingEvent event) {
    return event.getFormattedMessage().matches("(?s)session=\\S+ exited: hello from \\S+\\s*");
  }

  @Test
  void the_webhook_runs_the_script_it_is_sent() throws Exception {
    // Given
    try (Server server = start("examples/webhook.camel.yaml")) {
      Api api = new Api(server.url(), TestServer.KEY);

      // When
      Answer answer =
          api.call("POST", "/hooks/run", Map.of("script", "echo \"from a $((6*7)) webhook\""));

      // Then
      assertThat(answer.status()).as(answer.text()).isEqualTo(200);
      assertThat(answer.text()).isEqualTo("exited: from a 42 webhook\n");
      assertThat(api.get("/v1/sessions?state=RUNNING").body().path("items")).isEmpty();
    }
  }

  private static Server start(String file) throws Exception {
    Map<String, String> settings =
        TestServer.settings(Files.createTempDirectory("caravanserai-examples"));
    return Server.start(Settings.of(settings), List.of(file));
  }
}
