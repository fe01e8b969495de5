package dev.caravanserai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

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
import java.util.stream.Stream;
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

  @Test
  void sessions_of_a_profile_namespace_are_known_where_a_right_to_start_more_is_missing()
      throws Exception {
    // Given
    try (Server first = Server.start(Settings.of(TestServer.settings(home)), List.of())) {
      Api before = new Api(first.url(), TestServer.KEY);
      String id = before.session();
      first.close();

      // When
      try (CapturedLog log = new CapturedLog("dev.caravanserai.server.ClusterSetup");
          Relay wire = TestCluster.get().relay(() -> new Limited(Set.of("pods/log"), Set.of()));
          Server server = start(wire, elsewhere())) {
        Api api = new Api(server.url(), TestServer.KEY);

        // Then
        assertThat(api.get("/v1/sessions").text()).contains(id);
        assertThat(api.get("/v1/sessions/" + id).field("state")).isEqualTo("RUNNING");
        assertThat(api.start(Map.of("id", id)).status()).isEqualTo(409);
        assertThat(api.call("DELETE", "/v1/sessions/" + id + "?wait=true", null).status())
            .isEqualTo(204);
        await()
            .until(() -> log.lines().stream().anyMatch(l -> l.contains("resources: [pods/log]")));
      }
    }
  }

  @Test
  void session_of_a_profile_namespace_that_may_not_be_listed_is_read_and_keeps_its_id()
      throws Exception {
    // Given
    try (Server first = Server.start(Settings.of(TestServer.settings(home)), List.of())) {
      Api before = new Api(first.url(), TestServer.KEY);
      String id = before.session();

      // When
      try (Relay wire = TestCluster.get().relay(() -> new Limited(Set.of(), Set.of("configmaps")));
          Server server = start(wire, elsewhere())) {
        Api api = new Api(server.url(), TestServer.KEY);

        // Then
        assertThat(api.start(Map.of("id", id)).status()).isEqualTo(409);
        assertThat(api.get("/v1/sessions/" + id).status()).isEqualTo(200);
        before.stopAll();
      }
    }
  }

  /** Sessions run in another namespace by default, those of one profile in that of the tests. */
  private Map<String, String> elsewhere() throws IOException {
    return Map.of(
        Settings.PROFILE_FOLDER.key(),
        TestCluster.profileOfNamespace(home).toString(),
        Settings.CLUSTER_NAMESPACE.key(),
        TestCluster.OTHER);
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
    private final Set<String> denied;
    private final Set<String> unlisted;

    Limited() {
      this(DENIED, Set.of());
    }

    /**
     * @param unlisted may not be listed where sessions of the test run
     */
    Limited(Set<String> denied, Set<String> unlisted) {
      this.denied = denied;
      this.unlisted = unlisted;
    }

    @Override
    protected boolean passes(HttpHead head, String body, Ends ends) throws IOException {
      boolean review = head.path().endsWith("/selfsubjectaccessreviews");
      if (review && isDenied(body)) {
        answer(ends, "201 Created", "{\"status\":{\"allowed\":false}}");
        return false;
      } else if (denied.contains(head.resource())
          || head.list()
              && unlisted.contains(head.resource())
              && head.path().contains("/namespaces/" + TestCluster.NAMESPACE + "/")) {
        answer(
            ends,
            "403 Forbidden",
            "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"status\":\"Failure\",\"reason\":\"Forbidden\",\"code\":403}");
        return false;
      }
      return true;
    }

    private boolean isDenied(String review) {
      return review.contains("\"" + TestCluster.NAMESPACE + "\"")
          && denied.stream()
              .map(resource -> resource.split("/"))
              .anyMatch(
                  parts -> Stream.of(parts).allMatch(part -> review.contains("\"" + part + "\"")));
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
