package dev.caravanserai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import dev.caravanserai.server.RoutesException;
import dev.caravanserai.server.Server;
import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.FailureException;
import dev.caravanserai.settings.Settings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A failed start of the server says what is wrong, where and what to do. */
@Tag("local")
class BrokenStartIT {
  private static final Path EXAMPLE = Path.of("examples/timer.camel.yaml");

  /** All but the first are hidden by config/logback.xml. */
  private static final String EXPECTED =
      "(?s).*permissions are missing.*|Connection evicted|Connection was closed|Failed to register an accepted channel.*";

  @TempDir private Path home;

  @Test
  void mistake_in_a_route_stops_the_start() throws IOException {
    // Given
    Path route = home.resolve("mine.camel.yaml");
    Files.writeString(route, Files.readString(EXAMPLE).replaceFirst("lifetime:", "lifetme:"));

    // When, Then
    assertThatThrownBy(() -> start(route).close())
        .isInstanceOf(RoutesException.class)
        .hasMessageStartingWith("Route every-minute in file:" + route + ", line 12 cannot run: ")
        .hasMessageContaining("has no lifetme. Did you mean lifetime?")
        .hasMessageContaining("start again: nothing was started");
  }

  @Test
  void mistake_in_a_route_is_all_that_the_server_writes() throws IOException {
    // Given
    Path route = home.resolve("mine.camel.yaml");
    Files.writeString(route, Files.readString(EXAMPLE).replaceFirst("lifetime:", "lifetme:"));

    // When, Then
    assertThatThrownBy(() -> ServerProcess.start(Map.of(), route.toString()).close())
        .hasMessageStartingWith("Route every-minute in file:" + route + ", line 12 cannot run: ")
        .hasMessageEndingWith("start again: nothing was started.\n")
        .hasMessageNotContainingAny("Exception", "\tat ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"OutOfMemoryError", "NoClassDefFoundError"})
  void error_in_a_route_ends_the_process_with_exit_code_2(String error) throws IOException {
    // Given
    Path route = home.resolve("Mine.java");
    Files.writeString(
        route,
        """
        public class Mine extends org.apache.camel.builder.RouteBuilder {
          public void configure() {
            throw new %s("what is missing");
          }
        }
        """
            .formatted(error));

    // When, Then
    assertThatThrownBy(() -> ServerProcess.start(Map.of(), route.toString()).close())
        .hasMessageContaining(error + ": what is missing")
        .hasRootCauseMessage("exit code 2");
  }

  @Test
  void file_that_does_not_exist_stops_the_start() {
    assertThatThrownBy(() -> start(Path.of("demoo")).close())
        .isInstanceOf(RoutesException.class)
        .hasMessageContaining("There is no file demoo.");
  }

  @ParameterizedTest
  @ValueSource(strings = {"api", "local"})
  void failed_start_logs_no_failure_but_its_own_message(String kind) throws IOException {
    // Given
    List<String> uncaught = new CopyOnWriteArrayList<>();
    Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
    Thread.setDefaultUncaughtExceptionHandler((thread, e) -> uncaught.add(thread + " " + e));

    Map<String, String> settings = TestServer.settings(home);
    settings.put(Settings.CLUSTER_KIND.key(), kind);
    if (kind.equals("local")) {
      settings.remove(Settings.CLUSTER_KUBECONFIG.key());
    }

    // When
    try (CapturedLog log = new CapturedLog("ROOT", Level.WARN)) {
      for (int start = 0; start < 6; start++) {
        String wrong = Files.readString(EXAMPLE).replaceFirst("lifetime:", "lifetme:");
        Path route =
            Files.writeString(home.resolve("mine.camel.yaml"), start % 2 == 0 ? wrong : "route:");
        assertThatThrownBy(
                () -> Server.start(Settings.of(settings), List.of(route.toString())).close())
            .isInstanceOf(RoutesException.class);
      }

      // Then
      assertThat(log.lines()).allMatch(line -> line.matches(EXPECTED));
      assertThat(uncaught).isEmpty();
    } finally {
      Thread.setDefaultUncaughtExceptionHandler(before);
    }
  }

  @Test
  void server_that_cannot_listen_does_not_start() throws IOException {
    // Given
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Map<String, String> settings = TestServer.settings(home);
      settings.put(Settings.PORT.key(), String.valueOf(other.getLocalPort()));

      // When, Then
      assertThatThrownBy(() -> Server.start(Settings.of(settings), List.of()).close())
          .isInstanceOfSatisfying(
              FailureException.class,
              e -> assertThat(e.failure().code()).isEqualTo(FailureCode.CONFIG_ERROR))
          .hasMessageContaining("cannot listen at 127.0.0.1, port " + other.getLocalPort())
          .hasMessageContaining("choose another caravanserai.port");
    }
  }

  @Test
  void request_during_the_start_is_never_answered_with_404() throws Exception {
    // Given
    Map<String, String> settings = TestServer.settings(home);
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    settings.put(Settings.PORT.key(), String.valueOf(port));
    Api api = new Api(URI.create("http://127.0.0.1:" + port), TestServer.KEY);

    // When
    CompletableFuture<Server> starting =
        CompletableFuture.supplyAsync(() -> Server.start(Settings.of(settings), List.of()));
    Set<Integer> seen = new TreeSet<>();
    while (!starting.isDone()) {
      try {
        seen.add(api.get("/v1/sessions").status());
      } catch (RuntimeException notListening) {
        Thread.onSpinWait();
      }
    }

    // Then
    try (Server server = starting.join()) {
      assertThat(seen).isSubsetOf(200);
      assertThat(api.get("/v1/sessions").status()).isEqualTo(200);
      assertThat(server.url().getPort()).isEqualTo(port);
    }
  }

  private Server start(Path route) throws IOException {
    return Server.start(Settings.of(TestServer.settings(home)), List.of(route.toString()));
  }
}
