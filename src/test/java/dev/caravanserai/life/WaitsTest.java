package dev.caravanserai.life;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateBuilder;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.api.model.PodStatusBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each cell of the table of waits in docs/states.md. */
class WaitsTest {
  private static final String TIME_OVER = "its time is over";
  private static final Map<String, Consumer<WaitScene>> EVENTS = events();

  private record Cell(String waiter, String event, String then) {}

  private static Map<String, Consumer<WaitScene>> events() {
    Map<String, Consumer<WaitScene>> all = new LinkedHashMap<>();
    all.put("pod becomes ready", s -> s.status(ready(0)));
    all.put("main container ends with 0", s -> s.status(ended(0)).connectionBreaks());
    all.put("main container ends with 1", s -> s.status(ended(1)).connectionBreaks());
    all.put(
        "main container ends with 1, restartPolicy Always",
        s -> s.restartPolicy("Always").status(running(ended(1))).connectionBreaks());
    all.put("container is restarted", s -> s.status(ready(1)).connectionBreaks());
    all.put(
        "image cannot be pulled",
        s ->
            s.status(
                status(
                    "Pending",
                    "False",
                    0,
                    new ContainerStateBuilder()
                        .withNewWaiting("no such image", "ImagePullBackOff")
                        .build())));
    all.put(
        "no node fits for `unschedulable-after`",
        s ->
            s.status(
                    new PodStatusBuilder()
                        .withPhase("Pending")
                        .addNewCondition()
                        .withType("PodScheduled")
                        .withStatus("False")
                        .withReason("Unschedulable")
                        .endCondition()
                        .build())
                .timePasses(Duration.ofSeconds(1)));
    all.put("somebody deletes the pod, confirmed", s -> s.podGone().connectionBreaks());
    all.put("session is stopped", s -> s.anchorGone().connectionBreaks());
    all.put(
        "session is stopped and nothing is left", s -> s.anchorGone().podGone().connectionBreaks());
    all.put(
        "next life of the id begins", s -> s.anchorGone().podGone().nextLife().connectionBreaks());
    all.put("connection breaks", WaitScene::connectionBreaks);
    all.put(TIME_OVER, s -> s.timePasses(Duration.ofHours(1)));
    all.put("its caller leaves", WaitScene::callerLeaves);
    all.put("everything is reported again (resync, relist)", WaitScene::reportedAgain);
    all.put("updates are dropped", WaitScene::dropped);
    return all;
  }

  private static PodStatus ready(int restarts) {
    return status(
        "Running",
        "True",
        restarts,
        new ContainerStateBuilder().withNewRunning("2026-01-01T00:00:00Z").build());
  }

  private static PodStatus running(PodStatus status) {
    return new PodStatusBuilder(status).withPhase("Running").build();
  }

  private static PodStatus ended(int code) {
    return status(
        code == 0 ? "Succeeded" : "Failed",
        "False",
        0,
        new ContainerStateBuilder()
            .withNewTerminated()
            .withExitCode(code)
            .withReason(code == 0 ? "Completed" : "Error")
            .endTerminated()
            .build());
  }

  private static PodStatus status(String phase, String ready, int restarts, ContainerState state) {
    return new PodStatusBuilder()
        .withPhase(phase)
        .addNewCondition()
        .withType("Ready")
        .withStatus(ready)
        .endCondition()
        .addNewContainerStatus()
        .withName("main")
        .withRestartCount(restarts)
        .withState(state)
        .endContainerStatus()
        .build();
  }

  static Stream<Cell> cells() throws IOException {
    List<List<String>> rows =
        Files.readAllLines(Path.of("docs/states.md")).stream()
            .dropWhile(line -> !line.startsWith("| event | start |"))
            .takeWhile(line -> line.startsWith("|"))
            .filter(line -> !line.startsWith("|---"))
            .map(line -> Arrays.stream(line.split("\\|")).skip(1).map(String::strip).toList())
            .toList();
    return rows.stream()
        .skip(1)
        .flatMap(
            row ->
                IntStream.range(1, row.size())
                    .mapToObj(i -> new Cell(rows.get(0).get(i), row.get(0), row.get(i))));
  }

  @ParameterizedTest
  @MethodSource("cells")
  void event_ends_each_wait_as_the_documentation_says(Cell cell) {
    try (WaitScene scene = new WaitScene()) {
      // Given
      if (!cell.waiter().equals("start")) {
        scene.status(ready(0));
      }
      if (cell.waiter().equals("events")) {
        List<String> states = scene.events();

        // When
        EVENTS.get(cell.event()).accept(scene);

        // Then
        await().untilAsserted(() -> assertThat(String.join(", ", states)).isEqualTo(cell.then()));
        return;
      }
      CompletableFuture<String> wait = begin(scene, cell);

      // When
      EVENTS.get(cell.event()).accept(scene);

      // Then
      if (cell.then().isEmpty()) {
        assertThat(wait).isNotDone();
      } else {
        await().until(wait::isDone);
        assertThat(wait.join()).isEqualTo(cell.then());
      }
    }
  }

  private static CompletableFuture<String> begin(WaitScene scene, Cell cell) {
    return switch (cell.waiter()) {
      case "start" -> scene.start();
      case "exec" -> scene.exec();
      default -> scene.stop(Duration.ofMillis(cell.event().equals(TIME_OVER) ? 1 : 600_000));
    };
  }

  @Test
  void every_event_of_the_test_is_in_the_documentation() throws IOException {
    assertThat(cells().map(Cell::event).distinct()).containsExactlyElementsOf(EVENTS.keySet());
  }
}
