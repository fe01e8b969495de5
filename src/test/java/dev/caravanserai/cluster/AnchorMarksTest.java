package dev.caravanserai.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.caravanserai.session.Annotations;
import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.FailureException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What has happened once to a session is written onto its anchor. */
class AnchorMarksTest {
  private final ScheduledExecutorService timer = Timers.named("marks-test");
  private final Scene scene = new Scene();
  private final List<Map<String, String>> written = new CopyOnWriteArrayList<>();

  @AfterEach
  void stop() {
    timer.shutdownNow();
  }

  @Test
  void session_that_completes_is_marked_with_its_start_and_its_end() {
    // Given
    new AnchorMarks(objects(() -> CompletableFuture.completedFuture(false)), scene.cache, timer);

    // When
    scene.next().seeAnchor().ready().seePod().ended(0).seePod();

    // Then
    await()
        .until(
            () ->
                written.stream()
                    .anyMatch(
                        marks ->
                            marks
                                .keySet()
                                .equals(
                                    java.util.Set.of(
                                        Annotations.STARTED_AT, Annotations.COMPLETED_AT))));
  }

  @Test
  void updates_of_a_session_whose_anchor_may_not_be_changed_begin_no_further_attempts() {
    // Given
    new AnchorMarks(
        objects(
            () -> CompletableFuture.failedFuture(FailureException.of(FailureCode.FORBIDDEN, "no"))),
        scene.cache,
        timer);
    scene.next().seeAnchor().ready();

    // When
    for (int i = 0; i < 100; i++) {
      scene.seePod();
    }

    // Then
    assertThat(written).isNotEmpty().hasSizeLessThan(10);

    // When
    scene.anchorGone();

    // Then
    await().until(() -> timer.submit(() -> true).get() && queued() == 0);
  }

  private int queued() {
    return ((java.util.concurrent.ScheduledThreadPoolExecutor) timer).getQueue().size();
  }

  private Objects objects(Supplier<CompletionStage<Boolean>> answer) {
    return (Objects)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {Objects.class},
            (proxy, method, arguments) -> {
              @SuppressWarnings("unchecked")
              Map<String, String> marks = (Map<String, String>) arguments[1];
              written.add(marks);
              return answer.get();
            });
  }
}
