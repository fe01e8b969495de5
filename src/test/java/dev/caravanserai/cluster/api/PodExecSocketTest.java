package dev.caravanserai.cluster.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravanserai.cluster.ContainerRef;
import dev.caravanserai.cluster.ExecChannel;
import dev.caravanserai.cluster.ExecEnd;
import dev.caravanserai.cluster.ExecListener;
import dev.caravanserai.cluster.Timers;
import io.fabric8.kubernetes.client.http.WebSocket;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One exec on one WebSocket, with any messages in any order. */
class PodExecSocketTest {
  private static final String SEVEN =
      "{\"status\":\"Failure\",\"reason\":\"NonZeroExitCode\","
          + "\"details\":{\"causes\":[{\"reason\":\"ExitCode\",\"message\":\"7\"}]}}";

  private final ScheduledExecutorService scheduler = Timers.named("test-exec");
  private final FakeWebSocket wire = new FakeWebSocket();
  private final Heard heard = new Heard();
  private final PodExecSocket socket =
      new PodExecSocket(
          new ContainerRef("sessions", "pod", "main"),
          heard,
          new KubernetesSerialization(),
          scheduler);

  @BeforeEach
  void open() {
    socket.onOpen(wire);
  }

  @AfterEach
  void stop() {
    scheduler.shutdownNow();
  }

  @Test
  void output_that_comes_after_the_status_is_not_lost() {
    // When
    receive(1, "first ");
    receive(3, SEVEN);
    receive(1, "last");
    socket.onClose(wire, 1000, "");

    // Then
    assertThat(heard.events).containsExactly("open", "out first ", "out last", "exited 7");
  }

  @Test
  void close_without_a_status_is_not_an_exit() {
    // When
    receive(1, "part");
    socket.onClose(wire, 1000, "");

    // Then
    assertThat(heard.events).containsExactly("open", "out part", "lost");
  }

  @Test
  void error_after_the_status_does_not_take_the_exit_code_away() {
    // When
    receive(3, SEVEN);
    socket.onError(wire, new IOException("reset"));

    // Then
    assertThat(heard.events).containsExactly("open", "exited 7");
  }

  @Test
  void end_is_reported_once() {
    // When
    receive(3, SEVEN);
    socket.onClose(wire, 1000, "");
    socket.onError(wire, new IOException("again"));
    socket.close();
    receive(1, "late");

    // Then
    assertThat(heard.events).containsExactly("open", "exited 7");
    assertThat(wire.closed).isTrue();
  }

  @Test
  void every_message_asks_for_the_next() {
    // Given
    int before = wire.requested;

    // When
    receive(1, "a");
    receive(2, "b");
    receive(255, "\u0001");
    socket.onMessage(wire, ByteBuffer.allocate(0));

    // Then
    assertThat(wire.requested - before).isEqualTo(4);
    assertThat(heard.events).containsExactly("open", "out a", "err b");
  }

  @Test
  void next_message_is_asked_for_when_the_listener_wants_more() {
    // Given
    int before = wire.requested;
    heard.wantsMore = new CompletableFuture<>();

    // When
    receive(1, "a");

    // Then
    assertThat(wire.requested).isEqualTo(before);
    heard.wantsMore.complete(null);
    assertThat(wire.requested).isEqualTo(before + 1);
  }

  @Test
  void full_listener_loses_its_channel() {
    // Given
    heard.wantsMore = new CompletableFuture<>();
    receive(1, "a");

    // When
    heard.wantsMore.completeExceptionally(new IOException("reader gone"));

    // Then
    assertThat(heard.events).containsExactly("open", "out a", "lost");
  }

  @Test
  void exec_that_has_ended_leaves_no_timer() {
    // When
    receive(3, SEVEN);
    socket.onClose(wire, 1000, "");

    // Then
    assertThat(((ScheduledThreadPoolExecutor) scheduler).getQueue()).isEmpty();
  }

  @Test
  void listener_that_throws_loses_its_channel_only() {
    // Given
    heard.broken = true;

    // When
    receive(1, "a");

    // Then
    assertThat(heard.events).containsExactly("open", "lost");
    assertThat(wire.closed).isTrue();
  }

  @Test
  void large_input_waits_for_the_connection() {
    // Given
    wire.queued = 2 << 20;
    CompletableFuture<Void> written = heard.channel.write(new byte[100_000]).toCompletableFuture();
    assertThat(written).isNotDone();
    assertThat(wire.sent).isEmpty();

    // When
    wire.queued = 0;

    // Then
    Awaitility.await().until(written::isDone);
    assertThat(wire.sent.stream().mapToInt(b -> b.remaining() - 1).sum()).isEqualTo(100_000);
  }

  @Test
  void input_for_an_ended_exec_fails() {
    // Given
    socket.onClose(wire, 1000, "");

    // When
    CompletableFuture<Void> written = heard.channel.write(new byte[1]).toCompletableFuture();

    // Then
    assertThat(written).isCompletedExceptionally();
  }

  private void receive(int channel, String text) {
    byte[] data = text.getBytes(StandardCharsets.ISO_8859_1);
    socket.onMessage(
        wire, ByteBuffer.allocate(data.length + 1).put((byte) channel).put(data).flip());
  }

  private static final class Heard implements ExecListener {
    private final List<String> events = new ArrayList<>();
    private ExecChannel channel;
    private CompletableFuture<Void> wantsMore = CompletableFuture.completedFuture(null);
    private boolean broken;

    @Override
    public void onOpen(ExecChannel opened) {
      channel = opened;
      events.add("open");
    }

    @Override
    public CompletionStage<Void> onStdout(byte[] bytes) {
      if (broken) {
        throw new IllegalStateException("broken");
      }
      events.add("out " + new String(bytes, StandardCharsets.ISO_8859_1));
      return wantsMore;
    }

    @Override
    public CompletionStage<Void> onStderr(byte[] bytes) {
      events.add("err " + new String(bytes, StandardCharsets.ISO_8859_1));
      return wantsMore;
    }

    @Override
    public void onEnd(ExecEnd end) {
      events.add(
          end instanceof ExecEnd.Exited exited
              ? "exited " + exited.code()
              : end.getClass().getSimpleName().toLowerCase(java.util.Locale.ROOT));
    }
  }

  private static final class FakeWebSocket implements WebSocket {
    private final List<ByteBuffer> sent = new ArrayList<>();
    private volatile long queued;
    private int requested;
    private boolean closed;

    @Override
    public boolean send(ByteBuffer buffer) {
      return sent.add(buffer);
    }

    @Override
    public boolean sendClose(int code, String reason) {
      closed = true;
      return true;
    }

    @Override
    public long queueSize() {
      return queued;
    }

    @Override
    public void request() {
      requested++;
    }
  }
}
