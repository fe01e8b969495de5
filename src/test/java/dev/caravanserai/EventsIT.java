package dev.caravanserai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.caravanserai.server.Server;
import dev.caravanserai.settings.Settings;
import dev.caravanserai.wire.Passage;
import dev.caravanserai.wire.Relay;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The events source delivers every transition once, also after its watches were cut. */
@ExtendWith(NothingLeftBehind.class)
class EventsIT {
  private static final String ROUTE =
      """
      - route:
          id: tell-events
          description: Writes down every transition
          from:
            uri: kamelet:session-events-source
            steps:
              - log:
                  id: write
                  logName: events-it
                  message: "${header.CamelPodSessionId} ${header.CamelPodState}"
      """;

  @Test
  void transitions_are_delivered_once_although_the_watches_were_cut() throws Exception {
    // Given
    Path home = Files.createTempDirectory("caravanserai-events");
    Path route = Files.writeString(home.resolve("events.camel.yaml"), ROUTE);
    try (CapturedLog told = new CapturedLog("events-it");
        Relay wire = TestCluster.get().relay(Passage::free);
        Server server = Server.start(settings(home, wire), List.of(route.toString()))) {
      Api api = new Api(server.url(), TestServer.KEY);
      String before = api.session();

      // When
      wire.cut();
      List<String> ids =
          IntStream.range(0, 10).mapToObj(i -> api.startLater(Map.of(), Map.of())).toList().stream()
              .map(answer -> answer.join().field("id"))
              .collect(Collectors.toCollection(ArrayList::new));
      ids.add(before);
      api.stopAll();

      // Then
      ids.forEach(id -> await().until(() -> told.lines().contains(id + " STOPPED")));
      String last = api.session(); // after which nothing of the others is due any more
      api.stopAll();
      await().until(() -> told.lines().contains(last + " STOPPED"));
      assertThat(ids)
          .allSatisfy(
              id ->
                  assertThat(told.lines())
                      .filteredOn(line -> line.startsWith(id))
                      .containsExactly(
                          id + " PENDING", id + " RUNNING", id + " STOPPING", id + " STOPPED"));
    }
  }

  /** The cluster by way of the wire that can be cut. */
  private static Settings settings(Path home, Relay wire) throws IOException {
    Map<String, String> settings = TestServer.settings(home);
    settings.put(
        Settings.CLUSTER_KUBECONFIG.key(), TestCluster.get().kubeconfig(wire, home).toString());
    return Settings.of(settings);
  }
}
