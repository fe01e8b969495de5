package dev.caravanserai.local;

import io.fabric8.kubernetes.client.Config;
import java.time.Duration;
import org.awaitility.Awaitility;

/** How long tests wait for what must come: long enough for a machine that is starved. */
final class Patience {
  static final int SECONDS = 120;

  private Patience() {}

  /** For every later await of Awaitility. */
  static void ofAwaitility() {
    Awaitility.setDefaultTimeout(Duration.ofSeconds(SECONDS));
  }

  /** For every request of a client. */
  static Config of(Config config) {
    config.setRequestTimeout(SECONDS * 1000);
    config.setConnectionTimeout(SECONDS * 1000);
    config.setWebsocketPingInterval(SECONDS * 1000L);
    return config;
  }
}
