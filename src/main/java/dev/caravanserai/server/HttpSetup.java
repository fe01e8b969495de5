package dev.caravanserai.server;

import dev.caravanserai.http.ApiKeys;
import dev.caravanserai.http.HttpEngine;
import dev.caravanserai.http.HttpLimits;
import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.FailureException;
import dev.caravanserai.settings.Settings;
import io.vertx.core.http.HttpServer;
import io.vertx.core.net.impl.TCPServerBase;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.List;
import org.apache.camel.CamelContext;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpServer;
import org.apache.camel.main.Main;

/** The HTTP server: one port for the API, health and metrics. */
final class HttpSetup {
  private HttpSetup() {}

  /**
   * @throws FailureException CONFIG_ERROR if the server cannot listen, before anything is started
   */
  static void configure(Main camel, Settings settings, ApiKeys keys) {
    checkFree(settings);
    String port = String.valueOf(settings.get(Settings.PORT));
    camel.addOverrideProperty("camel.server.enabled", "true");
    camel.addOverrideProperty("camel.server.host", settings.get(Settings.BIND));
    camel.addOverrideProperty("camel.server.port", port);
    camel.addOverrideProperty("camel.management.host", settings.get(Settings.BIND));
    camel.addOverrideProperty("camel.management.port", port);
    HttpEngine.bind(camel::bind, List.of(keys), HttpLimits.of(settings));
  }

  private static void checkFree(Settings settings) {
    InetSocketAddress address =
        new InetSocketAddress(settings.get(Settings.BIND), settings.get(Settings.PORT));
    try (ServerSocket socket = new ServerSocket()) {
      socket.bind(address);
    } catch (IOException e) {
      throw cannotListen(settings, e.getMessage());
    }
  }

  /** Camel 4.17 does not report that it cannot listen. */
  static void checkListening(CamelContext context, Settings settings) {
    HttpServer server = context.hasService(VertxPlatformHttpServer.class).getServer();
    if (server instanceof TCPServerBase tcp && !tcp.isListening()) {
      throw cannotListen(settings, "another program took it meanwhile");
    }
  }

  private static FailureException cannotListen(Settings settings, String why) {
    return FailureException.of(
        FailureCode.CONFIG_ERROR,
        "The server cannot listen at %s, port %d (%s). If another server is running, choose another caravanserai.port and another caravanserai.home; caravanserai.bind must be an address of this machine."
            .formatted(settings.get(Settings.BIND), settings.get(Settings.PORT), why));
  }

  static int port(CamelContext context) {
    return context.hasService(VertxPlatformHttpServer.class).getPort();
  }
}
