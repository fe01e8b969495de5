package dev.caravanserai.server;

import java.util.Map;
import org.apache.camel.Ordered;
import org.apache.camel.health.HealthCheckResultBuilder;
import org.apache.camel.impl.health.AbstractHealthCheck;

/**
 * Ready from the end of the start to the beginning of the shutdown. Alive also during the shutdown,
 * which a liveness probe must not cut short. Replaces Camel's check of the same name.
 */
final class ServerHealthCheck extends AbstractHealthCheck {
  static final String ID = "context";

  ServerHealthCheck() {
    super("camel", ID);
  }

  @Override
  public int getOrder() {
    return Ordered.HIGHEST;
  }

  @Override
  protected void doCall(HealthCheckResultBuilder result, Map<String, Object> options) {
    if (options.get(CHECK_KIND) == Kind.LIVENESS || getCamelContext().isStarted()) {
      result.up();
    } else {
      result.down().message("The server is starting or shutting down");
    }
  }
}
