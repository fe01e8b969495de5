package dev.caravanserai;

import io.fabric8.kubernetes.client.Config;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.awaitility.pollinterval.IterativePollInterval;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Time limits of all waits in tests, long enough for a slow machine. A test of a time limit
 * measures the time instead.
 */
public final class Patience implements BeforeAllCallback {
  public static final int SECONDS = 180;
  public static final Duration LONG = Duration.ofSeconds(SECONDS);

  /** For every request of a client. */
  public static Config of(Config config) {
    config.setRequestTimeout(SECONDS * 1000);
    config.setConnectionTimeout(SECONDS * 1000);
    config.setWebsocketPingInterval(SECONDS * 1000L);
    return config;
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    Awaitility.setDefaultTimeout(LONG);
    Awaitility.setDefaultPollInterval(
        IterativePollInterval.iterative(Patience::longer, Duration.ofMillis(5)));
  }

  /** Short waits end early, long ones cost few polls. */
  private static Duration longer(Duration last) {
    return Duration.ofMillis(Math.min(100, last.toMillis() * 3 / 2));
  }
}
