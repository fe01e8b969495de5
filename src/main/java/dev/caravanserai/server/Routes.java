package dev.caravanserai.server;

import dev.caravanserai.component.PodServices;
import dev.caravanserai.http.ApiKeys;
import dev.caravanserai.settings.Settings;
import java.util.ArrayList;
import java.util.List;
import org.apache.camel.main.Main;

/**
 * The Camel application: routes, Kamelets and configuration from their folders, and the beans they
 * name.
 */
final class Routes implements AutoCloseable {
  private final Main camel;

  private Routes(Main camel) {
    this.camel = camel;
  }

  static Routes start(Settings settings, PodServices services, ApiKeys keys, List<String> files)
      throws Exception {
    Main camel = new Main();
    camel.setDefaultPropertyPlaceholderLocation(
        "file:config/application.properties,classpath:application.properties;optional=true");
    settings.placeholders().forEach(camel::addOverrideProperty);
    camel.addOverrideProperty(
        "caravanserai.reaper.interval-ms",
        String.valueOf(settings.get(Settings.REAPER_INTERVAL).toMillis()));
    camel.bind("podServices", services);
    HttpSetup.bind(camel, settings, keys, services.contract());
    camel.configure().setRoutesIncludePattern(String.join(",", patterns(settings, files)));
    camel.start();
    return new Routes(camel);
  }

  private static List<String> patterns(Settings settings, List<String> files) {
    List<String> patterns = new ArrayList<>();
    patterns.add("file:" + settings.get(Settings.ROUTES_FOLDER) + "/*.camel.yaml");
    files.forEach(file -> patterns.add("file:" + file));
    return patterns;
  }

  int port() {
    return HttpSetup.port(camel.getCamelContext());
  }

  @Override
  public void close() {
    camel.stop();
  }
}
