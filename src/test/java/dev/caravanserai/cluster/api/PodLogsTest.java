package dev.caravanserai.cluster.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.caravanserai.cluster.ByteSource;
import dev.caravanserai.cluster.ContainerRef;
import dev.caravanserai.cluster.LogQuery;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A log is read as fast as its reader, and one that breaks off does not look complete. */
class PodLogsTest {
  private static final String CHUNKED = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  private static final String END = "0\r\n\r\n";

  /** Writes what an API server writes after the request. */
  private interface Script {
    void write(Socket caller, OutputStream out) throws Exception;
  }

  private final ServerSocket server = listen();
  private final KubernetesClient client =
      new KubernetesClientBuilder()
          .withConfig(
              new ConfigBuilder(Config.empty())
                  .withMasterUrl("http://127.0.0.1:" + server.getLocalPort())
                  .withRequestTimeout(1_000)
                  .withRequestRetryBackoffLimit(0)
                  .build())
          .build();
  private final ApiCluster cluster = new ApiCluster("stub", client, "ns", 100);

  private static ServerSocket listen() {
    try {
      return new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @AfterEach
  void close() throws IOException {
    cluster.close();
    client.close();
    server.close();
  }

  private CompletableFuture<ByteSource> open(boolean follow, Script script) {
    CompletableFuture.runAsync(
        () -> {
          try (Socket caller = server.accept()) {
            byte[] head = new byte[4];
            while (!new String(head, StandardCharsets.US_ASCII).equals("\r\n\r\n")) {
              System.arraycopy(head, 1, head, 0, 3);
              head[3] = (byte) caller.getInputStream().read();
            }
            script.write(caller, caller.getOutputStream());
          } catch (Exception e) {
            // the reader has left
          }
        });
    return cluster
        .logs()
        .open(
            new ContainerRef("ns", "p", "main"),
            new LogQuery(Optional.empty(), Optional.empty(), false, false, follow))
        .toCompletableFuture();
  }

  private static void send(OutputStream out, String text) throws IOException {
    out.write(text.getBytes(StandardCharsets.UTF_8));
    out.flush();
  }

  private static String chunk(String text) {
    return Integer.toHexString(text.length()) + "\r\n" + text + "\r\n";
  }

  private static Optional<String> next(ByteSource log) throws Exception {
    return log.next()
        .toCompletableFuture()
        .get(20, TimeUnit.SECONDS)
        .map(bytes -> new String(bytes, StandardCharsets.UTF_8));
  }

  @Test
  void log_arrives_piece_by_piece_up_to_its_end() throws Exception {
    // Given
    CompletableFuture<Void> more = new CompletableFuture<>();

    // When
    ByteSource log =
        open(
                false,
                (caller, out) -> {
                  send(out, CHUNKED + chunk("one\n"));
                  more.join();
                  send(out, chunk("two\n") + END);
                })
            .get(20, TimeUnit.SECONDS);

    // Then
    assertThat(log).hasToString("log of ns/p/main");
    assertThat(next(log)).hasValue("one\n");
    more.complete(null);
    assertThat(next(log)).hasValue("two\n");
    assertThat(next(log)).isEmpty();
    assertThat(next(log)).isEmpty();
  }

  @Test
  void log_that_nobody_reads_is_held_back_and_closing_it_ends_the_request() throws Exception {
    // Given
    AtomicLong written = new AtomicLong();
    CompletableFuture<Void> left = new CompletableFuture<>();
    String line = "x".repeat(1 << 16);
    ByteSource log =
        open(
                false,
                (caller, out) -> {
                  send(out, CHUNKED);
                  try {
                    while (true) {
                      send(out, chunk(line));
                      written.addAndGet(line.length());
                    }
                  } catch (IOException e) {
                    left.complete(null);
                  }
                })
            .get(20, TimeUnit.SECONDS);

    // When
    AtomicLong before = new AtomicLong(-1);
    await()
        .pollInterval(Duration.ofMillis(500))
        .until(() -> before.getAndSet(written.get()) == written.get());

    // Then
    assertThat(written.get()).isPositive().isLessThan(32 << 20);
    assertThat(left).isNotDone();
    log.close();
    left.get(20, TimeUnit.SECONDS);
  }

  @Test
  void log_that_breaks_off_or_falls_silent_fails_after_its_last_byte() throws Exception {
    // When
    ByteSource broken =
        open(false, (caller, out) -> send(out, CHUNKED + chunk("begun"))).get(20, TimeUnit.SECONDS);
    ByteSource silent =
        open(
                false,
                (caller, out) -> {
                  send(out, CHUNKED + chunk("begun"));
                  caller.getInputStream().read();
                })
            .get(20, TimeUnit.SECONDS);

    // Then
    for (ByteSource log : new ByteSource[] {broken, silent}) {
      assertThat(next(log)).hasValue("begun");
      assertThatThrownBy(() -> next(log)).hasMessageContaining("CLUSTER_UNREACHABLE");
    }
  }

  @Test
  void log_that_the_runtime_cannot_read_is_a_failure_and_no_line() {
    // When
    String words = "unable to retrieve container logs for containerd://0f3a";
    var log = open(false, (caller, out) -> send(out, CHUNKED + chunk(words) + END));

    // Then
    assertThatThrownBy(() -> log.get(20, TimeUnit.SECONDS))
        .hasMessageContaining("CONFLICT")
        .hasMessageContaining("ns/p/main");
  }

  @Test
  void program_that_prints_the_words_of_the_kubelet_has_a_log() throws Exception {
    // When
    String words = "unable to retrieve container logs for containerd://0f3a\n";
    ByteSource log =
        open(false, (caller, out) -> send(out, CHUNKED + chunk(words) + END))
            .get(20, TimeUnit.SECONDS);

    // Then
    assertThat(next(log)).hasValue(words);
  }

  @Test
  void silent_container_that_is_followed_is_no_failure() throws Exception {
    // Given
    CompletableFuture<Void> more = new CompletableFuture<>();

    // When
    ByteSource log =
        open(
                true,
                (caller, out) -> {
                  send(out, CHUNKED);
                  more.join();
                  send(out, chunk("late\n") + END);
                })
            .get(20, TimeUnit.SECONDS);
    CompletableFuture<Optional<byte[]>> line = log.next().toCompletableFuture();

    // Then
    await().during(Duration.ofMillis(2_500)).until(() -> !line.isDone());
    more.complete(null);
    assertThat(line.get(20, TimeUnit.SECONDS).orElseThrow()).asString().isEqualTo("late\n");
    assertThat(next(log)).isEmpty();
  }

  @Test
  void follower_who_leaves_before_the_first_line_ends_the_request() throws Exception {
    // Given
    CompletableFuture<Integer> left = new CompletableFuture<>();
    ByteSource log =
        open(
                true,
                (caller, out) -> {
                  send(out, CHUNKED);
                  left.complete(caller.getInputStream().read());
                })
            .get(20, TimeUnit.SECONDS);

    // When
    log.close();

    // Then
    assertThat(left.get(20, TimeUnit.SECONDS)).isEqualTo(-1);
  }

  @Test
  void refusal_of_a_log_whose_text_never_arrives_fails_and_closes_the_connection()
      throws Exception {
    // Given
    CompletableFuture<Integer> left = new CompletableFuture<>();

    // When
    CompletableFuture<ByteSource> log =
        open(
            true,
            (caller, out) -> {
              send(out, "HTTP/1.1 403 Forbidden\r\nContent-Length: 100\r\n\r\n");
              left.complete(caller.getInputStream().read());
            });

    // Then
    assertThatThrownBy(() -> log.get(20, TimeUnit.SECONDS))
        .hasMessageContaining("CLUSTER_UNREACHABLE");
    assertThat(left.get(20, TimeUnit.SECONDS)).isEqualTo(-1);
  }
}
