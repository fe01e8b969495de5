package dev.caravanserai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.caravanserai.Api.Answer;
import dev.caravanserai.server.Server;
import dev.caravanserai.session.Annotations;
import dev.caravanserai.settings.Settings;
import dev.caravanserai.wire.HttpHead;
import dev.caravanserai.wire.HttpPassage;
import dev.caravanserai.wire.Relay;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A session that is begun again under its id while something of its former life still happens. */
@ExtendWith(NothingLeftBehind.class)
class NextLifeIT {
  private static final Map<String, String> SETTINGS =
      Map.of("caravanserai.profile.folder", "src/test/profiles");

  @RegisterExtension static final TestServer SERVER = new TestServer(SETTINGS);

  @TempDir Path home;

  @Test
  void start_that_is_stopped_undoes_nothing_of_the_next_session_of_its_id() {
    // Given
    Api api = SERVER.api();
    List<String> ids = Stream.generate(NextLifeIT::id).limit(4).toList();
    Map<String, CompletableFuture<Answer>> first = new LinkedHashMap<>();
    ids.forEach(id -> first.put(id, api.startLater(nowhere(id), Map.of())));
    ids.forEach(id -> await().until(() -> state(api, id).equals("PENDING")));

    // When
    ids.forEach(id -> api.call("DELETE", path(id), null));
    ids.forEach(id -> begin(api, id));

    // Then
    first.forEach(
        (id, answer) ->
            assertThat(answer.join().field("detail"))
                .contains("was stopped while it was starting"));
    assertThat(ids).allSatisfy(id -> assertThat(state(api, id)).isEqualTo("RUNNING"));
    assertThat(ids)
        .allSatisfy(
            id ->
                assertThat(api.exec(id, Map.of("script", "echo up")).field("stdout"))
                    .isEqualTo("up\n"));
    ids.forEach(id -> api.call("DELETE", path(id) + "?wait=true", null));
  }

  @Test
  void failure_of_a_former_life_that_is_written_late_does_not_reach_the_next_one()
      throws Exception {
    // Given
    String id = id();
    CountDownLatch held = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    CountDownLatch passed = new CountDownLatch(1);
    try (Relay relay = TestCluster.get().relay(() -> new LatePatch(id, held, release, passed))) {
      Map<String, String> settings = TestServer.settings(home);
      settings.put(
          Settings.CLUSTER_KUBECONFIG.key(), TestCluster.get().kubeconfig(relay, home).toString());
      try (Server late = Server.start(Settings.of(settings), List.of())) {
        Api api = new Api(late.url(), TestServer.KEY);
        api.startLater(
                Map.of("id", id, "image", "does-not-exist.invalid/none:1"),
                Map.of("Prefer", "respond-async"))
            .join();
        held.await();

        // When
        api.call("DELETE", path(id), null);
        begin(api, id);
        release.countDown();
        passed.await();

        // Then
        assertThat(anchorNotes(id)).doesNotContainKey(Annotations.FAILURE);
        assertThat(api.exec(id, Map.of("script", "echo up")).field("stdout")).isEqualTo("up\n");
        assertThat(state(api, id)).isEqualTo("RUNNING");
        assertThat(anchorNotes(id)).doesNotContainKey(Annotations.FAILURE);
        assertThat(api.call("DELETE", path(id) + "?wait=true", null).status()).isEqualTo(204);
      } finally {
        release.countDown();
      }
    }
  }

  private static String id() {
    return "next-" + Long.toString(System.nanoTime(), 36);
  }

  private static String path(String id) {
    return "/v1/sessions/" + id;
  }

  private static String state(Api api, String id) {
    return api.get(path(id)).field("state");
  }

  private static Map<String, ?> nowhere(String id) {
    return Map.of(
        "id",
        id,
        "profile",
        "every-step",
        "metadata",
        Map.of("nodes", Map.of("caravanserai.dev/none", "such"), "fault", "unschedulable"));
  }

  /** Begins the next session of an id as soon as the former one allows it. */
  private static void begin(Api api, String id) {
    await().until(() -> api.start(Map.of("id", id)).status() == 201);
  }

  private static Map<String, String> anchorNotes(String id) {
    return TestCluster.get()
        .client()
        .configMaps()
        .inNamespace(TestCluster.NAMESPACE)
        .list()
        .getItems()
        .stream()
        .map(anchor -> anchor.getMetadata().getAnnotations())
        .filter(notes -> notes != null && id.equals(notes.get(Annotations.ID)))
        .findFirst()
        .orElseThrow();
  }

  /** Holds the first PATCH about a session back; all else passes. */
  private static final class LatePatch extends HttpPassage {
    private final String session;
    private final CountDownLatch held;
    private final CountDownLatch release;
    private final CountDownLatch passed;
    private volatile boolean late;

    LatePatch(String session, CountDownLatch held, CountDownLatch release, CountDownLatch passed) {
      this.session = session;
      this.held = held;
      this.release = release;
      this.passed = passed;
    }

    @Override
    protected boolean passes(HttpHead head, String body, Ends ends) {
      if (head.method().equals("PATCH") && head.path().contains(session) && held.getCount() > 0) {
        held.countDown();
        late = true;
        awaitOpen(release);
      }
      return true;
    }

    private static void awaitOpen(CountDownLatch gate) {
      try {
        gate.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    @Override
    protected Fate fate() {
      if (late) {
        passed.countDown();
      }
      return Fate.TOLD;
    }
  }
}
