package dev.caravanserai;

import io.fabric8.kubernetes.client.Config;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * How long any test waits for what will be: so long that only what never comes fails it, on however
 * slow a machine. A test that proves a promise of time measures it, and waits no shorter for that.
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
  }
}
