package dev.caravanserai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.caravanserai.Api.Answer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Many concurrent sessions and execs. */
@ExtendWith(NothingLeftBehind.class)
class ConcurrencyIT {
  private static final int SESSIONS = 20;
  private static final int EXECS = 200;

  @RegisterExtension static final TestServer SERVER = new TestServer();

  private final Api api = SERVER.api();

  @Test
  void twenty_concurrent_sessions_and_two_hundred_execs_do_not_need_a_thread_each() {
    // Given
    List<String> sessions =
        IntStream.range(0, SESSIONS)
            .mapToObj(i -> api.startLater(Map.of(), Map.of()))
            .toList()
            .stream()
            .map(CompletableFuture::join)
            .map(
                a -> {
                  assertThat(a.status()).as(a.text()).isEqualTo(201);
                  return a.field("id");
                })
            .toList();
    long before = threads();

    // When
    List<CompletableFuture<Answer>> running =
        IntStream.range(0, EXECS)
            .mapToObj(
                i ->
                    api.execLater(
                        sessions.get(i % SESSIONS),
                        Map.of("script", "echo begin; sleep 3; echo " + i)))
            .toList();
    CompletableFuture<Void> all =
        CompletableFuture.allOf(running.toArray(CompletableFuture[]::new));
    AtomicLong most = new AtomicLong();
    await()
        .pollInterval(Duration.ofMillis(50))
        .until(
            () -> {
              most.accumulateAndGet(threads(), Math::max);
              return all.isDone();
            });

    // Then
    for (int i = 0; i < EXECS; i++) {
      Answer answer = running.get(i).join();
      assertThat(answer.field("outcome")).as(answer.text()).isEqualTo("exited");
      assertThat(answer.field("stdout")).isEqualTo("begin\n" + i + "\n");
    }
    assertThat(most.get() - before).as("threads more than before").isLessThan(EXECS / 4);
  }

  /** Those of the server: the local cluster, which stands in for other machines, has its own. */
  private static long threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(t -> !t.getName().startsWith("local-") && !t.getName().startsWith("process reaper"))
        .count();
  }
}
