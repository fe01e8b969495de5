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

/** The HTTP server: one port for the API, health and metrics. */
final class HttpSetup {
  private HttpSetup() {}

  static void bind(Main camel, Settings settings, ApiKeys keys, Contract contract) {
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
    camel.bind("apiRequests", new ApiRequests(contract));
    camel.bind("apiAnswers", new ApiAnswers());
  }

  static int port(CamelContext context) {
    return context.hasService(VertxPlatformHttpServer.class).getPort();
  }
}
