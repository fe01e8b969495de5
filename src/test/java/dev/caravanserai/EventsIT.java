package dev.caravanserai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.caravanserai.exec.CutConnections;
import dev.caravanserai.server.Server;
import dev.caravanserai.settings.Settings;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.slf4j.LoggerFactory;

/** The events source tells every transition, also when the watches are cut. */
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
  void transitions_are_told_also_after_the_watches_were_cut() throws Exception {
    // Given
    ListAppender<ILoggingEvent> told = new ListAppender<>();
    told.start();
    Logger logger = (Logger) LoggerFactory.getLogger("events-it");
    logger.addAppender(told);
    Path home = Files.createTempDirectory("caravanserai-events");
    Path route = Files.writeString(home.resolve("events.camel.yaml"), ROUTE);
    URI url = URI.create(TestCluster.get().client().getMasterUrl().toString());
    try (CutConnections wire =
            new CutConnections(new InetSocketAddress(url.getHost(), url.getPort()));
        Server server =
            Server.start(Settings.of(settings(home, url, wire)), List.of(route.toString()))) {
      Api api = new Api(server.url(), TestServer.KEY);
      String before = api.session();

      // When
      wire.cut();
      String after = api.session();
      api.stopAll();

      // Then
      for (String id : List.of(before, after)) {
        await()
            .atMost(Duration.ofSeconds(30))
            .untilAsserted(
                () ->
                    assertThat(List.copyOf(told.list))
                        .extracting(ILoggingEvent::getFormattedMessage)
                        .containsSubsequence(
                            id + " PENDING", id + " RUNNING", id + " STOPPING", id + " STOPPED"));
      }
    } finally {
      logger.detachAppender(told);
    }
  }

  /** The cluster by way of the wire that can be cut. */
  private static Map<String, String> settings(Path home, URI url, CutConnections wire)
      throws Exception {
    String kubeconfig = Files.readString(TestCluster.get().kubeconfig());
    Path through = home.resolve("kubeconfig");
    Files.writeString(through, kubeconfig.replace(":" + url.getPort(), ":" + wire.port()));
    Map<String, String> settings = TestServer.settings(home);
    settings.put(Settings.CLUSTER_KUBECONFIG.key(), through.toString());
    return settings;
  }
}
