package dev.caravanserai;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** No text of a cluster or a caller can forge a line of the server's log. */
class LogLinesTest {
  private static final String FORGED = "2026-01-01T00:00:00.000Z ERROR forged";
  private static final String HOSTILE =
      "one\n"
          + FORGED
          + "\r\n"
          + FORGED
          + "\r"
          + FORGED
          + "\u0085"
          + FORGED
          + "\u2028"
          + FORGED
          + "\u001b[2Jend";

  private final LoggerContext context = new LoggerContext();

  @BeforeEach
  void configure() throws Exception {
    JoranConfigurator configurator = new JoranConfigurator();
    configurator.setContext(context);
    configurator.doConfigure("config/logback.xml");
  }

  @AfterEach
  void stop() {
    context.stop();
  }

  @Test
  void message_is_one_line() {
    // When
    String logged = encode(HOSTILE, null);

    // Then
    assertThat(logged.strip()).doesNotContainPattern("[\\p{Cntrl}\u0085\u2028]");
    assertThat(logged.lines()).hasSize(1);
    assertThat(logged).contains("one\\n" + FORGED, "\\n" + FORGED + "?[2Jend");
  }

  @Test
  void text_of_an_exception_begins_no_line() {
    // When
    String logged = encode("failed", new IllegalStateException(HOSTILE));

    // Then
    assertThat(logged.lines().skip(1)).isNotEmpty().allMatch(line -> line.startsWith("  "));
    assertThat(logged.split("[\r\u0085\u2028]")).hasSize(1);
    assertThat(logged).containsOnlyOnce("LogLinesTest.text_of_an_exception");
  }

  private String encode(String message, Throwable thrown) {
    Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
    LoggingEvent event = new LoggingEvent("", root, Level.INFO, message, thrown, new Object[0]);
    var appender = (ConsoleAppender<ILoggingEvent>) root.getAppender("stderr");
    return new String(appender.getEncoder().encode(event), StandardCharsets.UTF_8);
  }
}
