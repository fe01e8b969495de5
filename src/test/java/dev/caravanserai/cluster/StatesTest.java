package dev.caravanserai.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravanserai.session.Annotations;
import dev.caravanserai.session.Failure;
import dev.caravanserai.session.FailureCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each cell of the tables of docs/states.md. */
class StatesTest {
  private static final Map<String, UnaryOperator<Scene>> EVENTS = events();
  private static final Map<String, UnaryOperator<Scene>> STATES = states();
  private static final Map<String, UnaryOperator<Scene>> SIGHTS = sights();

  private static final String READY = "2026-01-01T12:00:05Z";

  private record Cell(String state, String event, String then) {}

  private static Map<String, UnaryOperator<Scene>> states() {
    Map<String, UnaryOperator<Scene>> all = new LinkedHashMap<>();
    all.put("PENDING", s -> s.next().seeAnchor().seePod());
    all.put("RUNNING ready", s -> s.next().seeAnchor().ready().seePod());
    all.put("RUNNING", s -> s.next().seeAnchor().ready().seePod().notReady().seePod());
    all.put("COMPLETED", s -> s.next().seeAnchor().ready().seePod().ended(0).seePod());
    all.put("FAILED CRASHED", s -> s.next().seeAnchor().ready().seePod().ended(1).seePod());
    all.put(
        "FAILED IMAGE_PULL", s -> EVENTS.get("image cannot be pulled").apply(s.next().seeAnchor()));
    all.put("STOPPING", s -> s.next().seeAnchor().ready().seePod().anchorGone());
    return all;
  }

  private static Map<String, UnaryOperator<Scene>> events() {
    Map<String, UnaryOperator<Scene>> all = new LinkedHashMap<>();
    all.put("pod becomes ready", s -> s.ready().seePod());
    all.put("readiness probe fails", s -> s.notReady().seePod());
    all.put(
        "node does not answer", s -> s.condition("Ready", "Unknown", "NodeStatusUnknown").seePod());
    all.put(
        "pod phase becomes Unknown",
        s ->
            s.phase("Unknown", null, null)
                .condition("Ready", "Unknown", "NodeStatusUnknown")
                .seePod());
    all.put("main container ends with 0", s -> s.ended(0).seePod());
    all.put("main container ends with 1", s -> s.ended(1).seePod());
    all.put("main container runs out of memory", s -> s.ended(137).seePod());
    all.put(
        "main container ends with 1, restartPolicy Always",
        s -> s.policy("Always").ended(1).seePod());
    all.put(
        "main container ends with 0, restartPolicy OnFailure",
        s -> s.policy("OnFailure").ended(0).seePod());
    all.put(
        "main container crashes again and again, restartPolicy Always",
        s ->
            s.policy("Always")
                .notReady()
                .container("main", false, Scene.waiting("CrashLoopBackOff", "back-off"))
                .seePod());
    all.put(
        "main container ends with 0 beside a sidecar that runs",
        s ->
            s.ended(0)
                .phase("Running", null, null)
                .container("side", true, Scene.running())
                .seePod());
    all.put(
        "sidecar ends with 1",
        s ->
            s.ready()
                .container("side", false, Scene.terminated(1, "2026-01-01T12:10:00Z"))
                .condition("Ready", "False", "ContainersNotReady")
                .seePod());
    all.put(
        "image cannot be pulled",
        s ->
            s.phase("Pending", null, null)
                .container("main", false, Scene.waiting("ImagePullBackOff", "no such image"))
                .condition("Ready", "False", "ContainersNotReady")
                .seePod());
    all.put("no node fits", s -> s.condition("PodScheduled", "False", "Unschedulable").seePod());
    all.put(
        "node refuses the pod (OutOfcpu)",
        s -> {
          s.pod().getStatus().getContainerStatuses().clear();
          return s.phase("Failed", "OutOfcpu", "Node didn't have enough resource").seePod();
        });
    all.put(
        "node evicts the pod",
        s -> s.ended(0).phase("Failed", "Evicted", "The node was low on resource").seePod());
    all.put(
        "node shuts down",
        s -> s.ended(0).phase("Failed", "Terminated", "imminent node shutdown").seePod());
    all.put(
        "pod exceeds its deadline",
        s -> s.ended(1).phase("Failed", "DeadlineExceeded", "Pod was active too long").seePod());
    all.put("somebody deletes the pod", s -> s.deletePod().seePod());
    all.put("somebody deletes the pod, confirmed", s -> s.deletePod().seePod().confirm());
    all.put(
        "pod is preempted or drained, confirmed",
        s ->
            s.condition("DisruptionTarget", "True", "EvictionByEvictionAPI")
                .deletePod()
                .seePod()
                .confirm());
    all.put(
        "pod is deleted with its node, confirmed",
        s ->
            s.condition("DisruptionTarget", "True", "DeletionByTaintManager")
                .deletePod()
                .seePod()
                .confirm());
    all.put(
        "pod is deleted, its process then ends with 0, confirmed",
        s ->
            s.deletePod()
                .seePod()
                .ended(0)
                .container("main", false, Scene.terminated(0, "2026-01-01T12:20:05Z"))
                .seePod()
                .confirm());
    all.put("pod is gone", s -> s.podGone());
    all.put("pod is gone, confirmed", s -> s.podGone().confirm());
    all.put(
        "pod is gone, then another of its anchor is seen",
        s -> {
          s.podGone();
          s.pod().getMetadata().setUid("pod-again");
          return s.confirm().ready().seePod();
        });
    all.put("anchor is deleted", s -> s.anchorGone());
    all.put(
        "anchor is deleted, but has a finalizer",
        s -> {
          s.anchor().getMetadata().setDeletionTimestamp(Scene.LATER);
          return s.seeAnchor();
        });
    all.put(
        "anchor is deleted with a finalizer, then the pod is gone",
        s -> {
          s.anchor().getMetadata().setDeletionTimestamp(Scene.LATER);
          return s.seeAnchor().podGone().confirm();
        });
    all.put("anchor and pod are deleted", s -> s.anchorGone().podGone());
    all.put(
        "pod is evicted while the anchor is deleted",
        s -> s.anchorGone().ended(1).phase("Failed", "Evicted", "low on resource").seePod());
    all.put(
        "start is given up: its failure is on the anchor",
        s ->
            s.mark(
                    Annotations.FAILURE,
                    FailureAnnotation.write(Failure.of(FailureCode.START_TIMEOUT, "late")))
                .seeAnchor());
    all.put(
        "everything is reported again (resync, relist)",
        s -> {
          s.cache.onUpdate(s.pod());
          s.cache.onUpdate(s.anchor());
          return s;
        });
    all.put(
        "an earlier version of the pod is reported late",
        s -> {
          s.pod().getMetadata().setResourceVersion("1");
          s.cache.onUpdate(s.notReady().pod());
          return s;
        });
    all.put(
        "anchor and pod are deleted, then reported late",
        s -> {
          s.anchorGone().podGone();
          s.cache.onUpdate(s.pod());
          s.cache.onUpdate(s.anchor());
          return s;
        });
    all.put(
        "the next life of the name is seen before the end of this one", s -> s.next().seeAnchor());
    all.put(
        "the next life is seen, then this one is reported late",
        s -> {
          var anchor = s.anchor();
          var pod = s.pod();
          s.next().seeAnchor();
          s.cache.onUpdate(anchor);
          s.cache.onUpdate(pod);
          s.cache.onDelete(pod);
          return s;
        });
    all.put(
        "the mark that it was ready is removed by hand",
        s -> s.mark(Annotations.STARTED_AT, null).seeAnchor());
    all.put(
        "times on the anchor are made unreadable",
        s ->
            s.mark(Annotations.EXPIRES_AT, "?")
                .mark(Annotations.START_BY, "?")
                .mark(Annotations.CREATED_AT, "?")
                .seeAnchor());
    return all;
  }

  private static Map<String, UnaryOperator<Scene>> sights() {
    Map<String, UnaryOperator<Scene>> all = new LinkedHashMap<>();
    all.put("the anchor", s -> s.seeAnchor());
    all.put(
        "the anchor, with the mark that it was ready",
        s -> s.mark(Annotations.STARTED_AT, READY).seeAnchor());
    all.put(
        "the anchor with that mark; the cluster confirms that there is no pod",
        s -> s.mark(Annotations.STARTED_AT, READY).seeAnchor().confirm());
    all.put(
        "the anchor with that mark, then a pod that is not ready",
        s -> s.mark(Annotations.STARTED_AT, READY).seeAnchor().notReady().seePod());
    all.put(
        "the anchor, with the mark that it has completed; the cluster confirms that there is no pod",
        s ->
            s.mark(Annotations.STARTED_AT, READY)
                .mark(Annotations.COMPLETED_AT, READY)
                .seeAnchor()
                .confirm());
    all.put(
        "the anchor without that mark, then a pod that is not ready",
        s -> s.seeAnchor().notReady().seePod());
    all.put("a pod that is ready, and not yet its anchor", s -> s.ready().seePod());
    all.put("a pod that is being deleted, and no anchor", s -> s.ready().deletePod().seePod());
    all.put(
        "the anchor, and a pod that ended with 0 before somebody deleted it",
        s -> s.seeAnchor().ended(0).deletePod().seePod());
    all.put(
        "the anchor, and a pod that ended with 0 after somebody deleted it; confirmed",
        s ->
            s.seeAnchor()
                .ended(0)
                .container("main", false, Scene.terminated(0, "2026-01-01T12:20:10Z"))
                .deletePod()
                .seePod()
                .confirm());
    all.put(
        "the anchor, and a pod of the former life of the name",
        s -> {
          s.cache.onUpdate(s.report(s.ready().pod()));
          return s.next().seeAnchor();
        });
    all.put(
        "a pod whose anchor is known to be deleted",
        s -> s.seeAnchor().anchorGone().ready().seePod());
    all.put(
        "the anchor with that mark, which is then removed by hand",
        s ->
            s.mark(Annotations.STARTED_AT, READY)
                .seeAnchor()
                .mark(Annotations.STARTED_AT, null)
                .seeAnchor());
    all.put(
        "an anchor that is being deleted",
        s -> {
          s.anchor().getMetadata().setDeletionTimestamp(Scene.LATER);
          return s.seeAnchor();
        });
    return all;
  }

  static Stream<Cell> firstSights() throws IOException {
    return rows("| seen first |").stream().skip(1).map(row -> new Cell("", row.get(0), row.get(1)));
  }

  @ParameterizedTest
  @MethodSource("firstSights")
  void first_observation_has_the_documented_state(Cell cell) {
    // Given
    Scene scene = new Scene().next();

    // When
    SIGHTS.get(cell.event()).apply(scene);

    // Then
    assertThat(scene.state()).isEqualTo(cell.then());
  }

  static Stream<Cell> cells() throws IOException {
    List<List<String>> rows = rows("| event |");
    List<String> states = rows.get(0);
    return rows.stream()
        .skip(1)
        .flatMap(
            row ->
                IntStream.range(1, row.size())
                    .mapToObj(i -> new Cell(states.get(i), row.get(0), row.get(i))));
  }

  /** The cells of a table, its head included. */
  private static List<List<String>> rows(String head) throws IOException {
    return Files.readAllLines(Path.of("docs/states.md")).stream()
        .dropWhile(line -> !line.startsWith(head))
        .takeWhile(line -> line.startsWith("|"))
        .filter(line -> !line.startsWith("|---"))
        .map(line -> Arrays.stream(line.split("\\|")).skip(1).map(String::strip).toList())
        .toList();
  }

  @ParameterizedTest
  @MethodSource("cells")
  void event_has_the_documented_effect(Cell cell) {
    // Given
    Scene scene = STATES.get(cell.state()).apply(new Scene());
    assertThat(scene.state()).isEqualTo(cell.state());

    // When
    EVENTS.get(cell.event()).apply(scene);

    // Then
    String then = cell.then().isEmpty() ? cell.state() : cell.then();
    assertThat(scene.state()).isEqualTo(then);
  }

  @Test
  void every_state_and_event_of_the_test_is_in_the_documentation() throws IOException {
    List<Cell> cells = cells().toList();
    assertThat(cells.stream().map(Cell::state).distinct())
        .containsExactlyElementsOf(STATES.keySet());
    assertThat(cells.stream().map(Cell::event).distinct())
        .containsExactlyElementsOf(EVENTS.keySet());
    assertThat(firstSights().map(Cell::event)).containsExactlyElementsOf(SIGHTS.keySet());
  }
}
