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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who broke something on purpose is told what, where, and what to do, and nothing stays behind. */
class BrokenStartIT {
  private static final Path EXAMPLE = Path.of("examples/timer.camel.yaml");

  @TempDir private Path home;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "uri: timer | uri: tmer | Route every-minute in file:%s cannot run: there is no component tmer. Did you mean timer?",
        "session-start-action | session-strt-action | there is no Kamelet session-strt-action. Did you mean session-start-action?",
        "lifetime: | lifetme: | kamelet:session-start-action has no lifetme. Did you mean lifetime?",
        "from: | frm: | in file:%s, line 2, column 5"
      })
  void aMistakeInARouteIsTold(String right, String wrong, String told) throws IOException {
    // Given
    Path route = home.resolve("mine.camel.yaml");
    Files.writeString(route, Files.readString(EXAMPLE).replaceFirst(right, wrong));

    // When, Then
    assertThatThrownBy(() -> start(route).close())
        .isInstanceOf(RoutesException.class)
        .hasMessageContaining(told.formatted(route))
        .hasMessageContaining("start again: nothing was started");
  }

  @Test
  void whatIsNoFileIsTold() {
    assertThatThrownBy(() -> start(Path.of("demoo")).close())
        .isInstanceOf(RoutesException.class)
        .hasMessageContaining("There is no file demoo.");
  }

  @Test
  void aServerThatCannotListenIsNeverReady() throws IOException {
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
          .hasMessageContaining("Choose another caravanserai.port");
    }
  }

  private Server start(Path route) throws IOException {
    return Server.start(Settings.of(TestServer.settings(home)), List.of(route.toString()));
  }
}
