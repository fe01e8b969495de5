package dev.caravanserai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.caravanserai.server.Server;
import dev.caravanserai.settings.Settings;
import dev.caravanserai.wire.HttpHead;
import dev.caravanserai.wire.HttpPassage;
import dev.caravanserai.wire.Relay;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.EventBuilder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The cluster's warning events about sessions reach the log. */
@ExtendWith(NothingLeftBehind.class)
class WarningsIT {
  private final AtomicInteger lists = new AtomicInteger();
  private volatile boolean allowed;

  /** Counts the lists of events, and refuses them until they are allowed. */
  private final class EventGate extends HttpPassage {
    @Override
    protected boolean passes(HttpHead head, String body, Ends ends) throws IOException {
      if (!head.path().startsWith("/apis/events.k8s.io/")) {
        return true;
      }
      lists.incrementAndGet();
      if (!allowed) {
        String status =
            """
            {"kind":"Status","apiVersion":"v1","status":"Failure","reason":"Forbidden","code":403,
             "message":"events.events.k8s.io is forbidden"}""";
        ends.toCaller()
            .write(
                "HTTP/1.1 403 Forbidden\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
                    .formatted(status.length(), status)
                    .getBytes(StandardCharsets.US_ASCII));
        ends.toCaller().flush();
      }
      return allowed;
    }

    @Override
    protected Fate fate() {
      return Fate.TOLD;
    }
  }

  @Test
  void warning_about_a_session_is_logged_once_as_soon_as_events_may_be_listed() throws Exception {
    // Given
    Path home = Files.createTempDirectory("caravanserai-warnings");
    try (CapturedLog log = new CapturedLog("dev.caravanserai.events");
        Relay relay = TestCluster.get().relay(EventGate::new);
        Server server = Server.start(settings(home, relay), List.of())) {
      Api api = new Api(server.url(), TestServer.KEY);
      String id = api.session();
      await().until(() -> lists.get() > 2);
      assertThat(log.lines())
          .as("one for each namespace of sessions")
          .doesNotHaveDuplicates()
          .anySatisfy(line -> assertThat(line).contains("namespace=sessions"))
          .allSatisfy(line -> assertThat(line).contains("Give it the verb list", "is forbidden"));
      Event warning = TestCluster.get().client().resource(warning(id)).create();
      try {

        // When
        allowed = true;

        // Then
        await().until(() -> log.lines().stream().anyMatch(line -> line.contains("session=" + id)));
        int listed = lists.get();
        await().until(() -> lists.get() > listed + 2);
        assertThat(log.lines().stream().filter(line -> line.contains("FailedTest")))
            .singleElement()
            .satisfies(
                line ->
                    assertThat(line)
                        .contains("session=" + id, "tenant=default", "FailedTest of Pod", "count 2")
                        .doesNotContain("the text"));
      } finally {
        TestCluster.get().client().resource(warning).delete();
        api.stopAll();
      }
    }
  }

  private static Event warning(String id) {
    return new EventBuilder()
        .withNewMetadata()
        .withNamespace(TestCluster.NAMESPACE)
        .withName("test-" + id)
        .endMetadata()
        .withType("Warning")
        .withReason("FailedTest")
        .withMessage("the text")
        .withCount(2)
        .withNewInvolvedObject()
        .withApiVersion("v1")
        .withKind("Pod")
        .withNamespace(TestCluster.NAMESPACE)
        .withName("session-" + id)
        .endInvolvedObject()
        .build();
  }

  private static Settings settings(Path home, Relay relay) throws IOException {
    Map<String, String> settings = TestServer.settings(home);
    settings.put(
        Settings.CLUSTER_KUBECONFIG.key(), TestCluster.get().kubeconfig(relay, home).toString());
    settings.put(Settings.CLUSTER_WARNINGS.key(), "true");
    settings.put(Settings.CLUSTER_WARNINGS_INTERVAL.key(), "1s");
    return Settings.of(settings);
  }
}
