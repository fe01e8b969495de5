package dev.caravanserai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.caravanserai.server.Server;
import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.FailureException;
import dev.caravanserai.settings.Settings;
import dev.caravanserai.wire.HttpHead;
import dev.caravanserai.wire.HttpPassage;
import dev.caravanserai.wire.Relay;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A server needs the rights that its profiles use, and no others. */
@Tag("local")
@ExtendWith(NothingLeftBehind.class)
class RightsIT {
  private static final Set<String> DENIED =
      Set.of("services", "ingresses", "networkpolicies", "leases");

  @TempDir private Path home;

  @Test
  void account_without_rights_that_no_profile_uses_can_run_sessions() throws Exception {
    // Given
    try (Relay wire = TestCluster.get().relay(Limited::new);
        Server server = start(wire, Map.of())) {
      Api api = new Api(server.url(), TestServer.KEY);

      // When
      String id = api.session();

      // Then
      assertThat(api.exec(id, Map.of("script", "printf here")).field("stdout")).isEqualTo("here");
      api.stopAll();
    }
  }

  @Test
  void account_without_a_right_that_a_profile_uses_stops_the_start() throws Exception {
    // Given: one of the profiles has a Service
    try (Relay wire = TestCluster.get().relay(Limited::new)) {
      Map<String, String> profiles = Map.of("caravanserai.profile.folder", "src/test/profiles");

      // When, Then
      assertThatThrownBy(() -> start(wire, profiles).close())
          .isInstanceOfSatisfying(
              FailureException.class,
              e -> assertThat(e.failure().code()).isEqualTo(FailureCode.FORBIDDEN))
          .hasMessageContainingAll("create services", "resources: [services]")
          .hasMessageNotContainingAny("ingresses", "networkpolicies", "leases");
    }
  }

  private Server start(Relay wire, Map<String, String> more) throws IOException {
    Map<String, String> settings = TestServer.settings(home);
    settings.put(
        Settings.CLUSTER_KUBECONFIG.key(), TestCluster.get().kubeconfig(wire, home).toString());
    settings.putAll(more);
    return Server.start(Settings.of(settings), List.of());
  }

  /** The API server, for a user who may do nothing with some resources. */
  private static final class Limited extends HttpPassage {
    @Override
    protected boolean passes(HttpHead head, String body, Ends ends) throws IOException {
      boolean review = head.path().endsWith("/selfsubjectaccessreviews");
      if (review && DENIED.stream().anyMatch(r -> body.contains("\"" + r + "\""))) {
        answer(ends, "201 Created", "{\"status\":{\"allowed\":false}}");
        return false;
      } else if (DENIED.contains(head.resource())) {
        answer(
            ends,
            "403 Forbidden",
            "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"status\":\"Failure\",\"reason\":\"Forbidden\",\"code\":403}");
        return false;
      }
      return true;
    }

    @Override
    protected Fate fate() {
      return Fate.TOLD;
    }

    private static void answer(Ends ends, String status, String json) throws IOException {
      String head =
          "HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
              .formatted(status, json.length());
      ends.toCaller().write((head + json).getBytes(StandardCharsets.US_ASCII));
      ends.toCaller().flush();
    }
  }
}
