package dev.caravanserai.server;

import dev.caravanserai.http.ApiAnswers;
import dev.caravanserai.http.ApiKeys;
import dev.caravanserai.http.ApiRequests;
import dev.caravanserai.http.HttpEngine;
import dev.caravanserai.http.Operations;
import dev.caravanserai.session.Contract;
import dev.caravanserai.settings.Settings;
import org.apache.camel.CamelContext;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpServer;
import org.apache.camel.main.Main;
import org.apache.camel.spi.Registry;

/** The HTTP server: one port for the API, health and metrics. */
final class HttpSetup {
  private HttpSetup() {}

  static void configure(Main camel, Settings settings, ApiKeys keys) {
    String port = String.valueOf(settings.get(Settings.PORT));
    int limit = settings.get(Settings.HTTP_BODY_LIMIT);
    camel.addOverrideProperty("camel.server.enabled", "true");
    camel.addOverrideProperty("camel.server.host", settings.get(Settings.BIND));
    camel.addOverrideProperty("camel.server.port", port);
    camel.addOverrideProperty("camel.management.host", settings.get(Settings.BIND));
    camel.addOverrideProperty("camel.management.port", port);
    camel.addOverrideProperty(
        "camel.component.rest-openapi.rest-openapi-processor-strategy",
        "#class:" + Operations.class.getName());
    camel.bind("platform-http-engine", new HttpEngine(keys, limit));
  }

  static void bind(Registry registry, Contract contract) {
    registry.bind("apiRequests", new ApiRequests(contract));
    registry.bind("apiAnswers", new ApiAnswers());
  }

  static int port(CamelContext context) {
    return context.hasService(VertxPlatformHttpServer.class).getPort();
  }
}
