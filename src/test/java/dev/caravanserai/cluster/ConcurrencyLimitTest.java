package dev.caravanserai.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.FailureException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** Requests that wait because too many are under way. */
class ConcurrencyLimitTest {
  private final ConcurrencyLimit limit = new ConcurrencyLimit(1, 3);
  private final List<String> called = new ArrayList<>();
  private final List<CompletableFuture<Void>> running = new ArrayList<>();

  private CompletionStage<Void> call(String tenant, String name) {
    return limit.run(
        tenant,
        () -> {
          called.add(name);
          running.add(new CompletableFuture<>());
          return running.get(running.size() - 1);
        });
  }

  private void endAll() {
    while (!running.isEmpty()) {
      running.remove(0).complete(null);
    }
  }

  @Test
  void waiting_calls_of_one_tenant_keep_their_order_and_do_not_hold_up_another_tenant() {
    // Given
    for (int i = 0; i < 4; i++) {
      call("red", "red" + i);
    }
    call("blue", "blue0");
    call("blue", "blue1");

    // When
    endAll();

    // Then
    assertThat(called).containsExactly("red0", "red1", "blue0", "red2", "blue1", "red3");
    assertThat(limit.waiting()).isZero();
  }

  @Test
  void call_for_which_the_queue_of_its_tenant_has_no_room_is_refused_and_not_made() {
    // Given
    for (int i = 0; i < 4; i++) {
      call("red", "red" + i);
    }

    // When
    CompletionStage<Void> refused = call("red", "refused");
    CompletionStage<Void> other = call("blue", "blue0");

    // Then
    assertThatThrownBy(() -> refused.toCompletableFuture().join())
        .cause()
        .isInstanceOfSatisfying(
            FailureException.class,
            e -> {
              assertThat(e.failure().code()).isEqualTo(FailureCode.LIMIT_REACHED);
              assertThat(e.failure().message())
                  .contains("3 requests", "caravanserai.cluster.queue");
            });
    assertThat(limit.waiting()).isEqualTo(4);
    endAll();
    assertThat(other).isCompleted();
    assertThat(called).hasSize(5).doesNotContain("refused");
  }

  @Test
  void call_that_throws_gives_its_place_back() {
    // When
    CompletionStage<Void> thrown =
        limit.run(
            "red",
            () -> {
              throw new IllegalStateException("in a test");
            });
    call("red", "next");

    // Then
    assertThat(thrown).isCompletedExceptionally();
    assertThat(called).containsExactly("next");
  }

  @Test
  void waiting_calls_that_end_at_once_are_all_made_however_many_they_are() {
    // Given
    ConcurrencyLimit limit = new ConcurrencyLimit(1, 20_000);
    CompletableFuture<Void> first = new CompletableFuture<>();
    limit.run("red", () -> first);
    List<CompletionStage<Void>> waiting = new ArrayList<>();
    for (int i = 0; i < 20_000; i++) {
      waiting.add(
          limit.run(
              "red", () -> CompletableFuture.failedFuture(new IllegalStateException("in a test"))));
    }

    // When
    first.complete(null);
    CompletionStage<Void> later = limit.run("red", () -> CompletableFuture.completedFuture(null));

    // Then
    assertThat(waiting).allMatch(call -> call.toCompletableFuture().isCompletedExceptionally());
    assertThat(later).isCompleted();
  }

  @Test
  void call_that_ends_with_an_error_gives_its_place_back() {
    // When
    CompletionStage<Void> thrown =
        limit.run(
            "red",
            () -> {
              throw new NoClassDefFoundError("in a test");
            });
    call("red", "next");

    // Then
    assertThat(thrown).isCompletedExceptionally();
    assertThat(called).containsExactly("next");
  }
}
