package dev.caravanserai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.caravanserai.server.RoutesException;
import dev.caravanserai.server.Server;
import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.FailureException;
import dev.caravanserai.settings.Settings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A failed start of the server says what is wrong, where and what to do. */
@Tag("local")
class BrokenStartIT {
  private static final Path EXAMPLE = Path.of("examples/timer.camel.yaml");

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
  void file_that_does_not_exist_stops_the_start() {
    assertThatThrownBy(() -> start(Path.of("demoo")).close())
        .isInstanceOf(RoutesException.class)
        .hasMessageContaining("There is no file demoo.");
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

  private Server start(Path route) throws IOException {
    return Server.start(Settings.of(TestServer.settings(home)), List.of(route.toString()));
  }
}
