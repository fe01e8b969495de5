package dev.caravanserai;

import dev.caravanserai.server.Demo;
import dev.caravanserai.server.RoutesException;
import dev.caravanserai.server.Server;
import dev.caravanserai.session.FailureException;
import dev.caravanserai.settings.Settings;
import dev.caravanserai.settings.SettingsException;
import dev.caravanserai.settings.SettingsReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Starts the server. With the argument {@code demo}, runs the main job once and exits; {@code
 * --help} prints the usage. Every other argument is a route file that is loaded in addition to the
 * server's own.
 */
public final class Main {
  private static final Path CONFIGURATION = Path.of("config", "application.properties");
  private static final Path LOGGING = Path.of("config", "logback.xml");
  private static final String LOGGING_KEY = "logback.configurationFile";

  private static final String USAGE =
      """
      Usage: caravanserai [demo | <route file>...]

      Without arguments the server starts, with the settings of config/application.properties,
      the environment (CARAVANSERAI_PORT) and system properties (-Dcaravanserai.port).

        demo          starts a server, runs commands in a session and ends
        <route file>  *.camel.yaml or *.java: routes that run beside the server's own

      Exit code: 0; 1 if the demo failed; 2 if the server cannot start. Documentation: README.md, docs/settings.md, docs/routes.md.
      """;

  private Main() {}

  public static void main(String[] args) {
    int code = 2;
    try {
      code = run(List.of(args));
    } catch (Throwable e) {
      System.err.println("The server ends because of a fault in it or in one of its routes:");
      e.printStackTrace();
    } finally {
      System.exit(code); // the threads of a server that has not started would keep the JVM alive
    }
  }

  static int run(List<String> args) throws Exception {
    if (args.contains("--help") || args.contains("-h")) {
      System.out.print(USAGE);
      return 0;
    }
    if (System.getProperty(LOGGING_KEY) == null && Files.exists(LOGGING)) {
      System.setProperty(LOGGING_KEY, LOGGING.toString());
    }
    try {
      if (args.equals(List.of("demo"))) {
        return new Demo(System.out).run();
      }
      try (Server server = Server.start(settings(), args)) {
        System.out.println(server.welcome());
        server.join();
        return 0;
      }
    } catch (SettingsException | FailureException | RoutesException e) {
      System.err.println(e.getMessage());
      return 2;
    }
  }

  private static Settings settings() {
    return SettingsReader.load(CONFIGURATION, System.getenv(), System.getProperties());
  }
}
