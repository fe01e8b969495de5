package dev.caravanserai.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.caravanserai.CapturedLog;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** No caller holds a connection for ever. */
class SlowCallersTest {
  private static final int ANSWER = 64 << 20;
  private static final int PART = 256 << 10;

  /** Bytes, more than the sockets hold. */
  private static final int FLOOD = 32 << 20;

  private static final AtomicInteger PARTS = new AtomicInteger();
  private static final HttpLimits SHORT =
      new HttpLimits(100_000, Duration.ofMillis(700), Duration.ofMillis(900), 30, 1_000_000, 20);

  @AutoClose
  private static final HttpServer SERVER =
      HttpServer.with(
          SHORT,
          new RouteBuilder() {
            @Override
            public void configure() {
              from("platform-http:/size").setBody().constant("read");
              from("platform-http:/much").process(e -> e.getMessage().setBody(new byte[ANSWER]));
              from("platform-http:/stream")
                  .process(e -> e.getMessage().setBody(new ByteArrayInputStream(new byte[ANSWER])));
              from("platform-http:/late").delay(2500).setBody().constant("late");
            }
          });

  @AutoClose
  private static final HttpServer PATIENT =
      HttpServer.with(
          new RouteBuilder() {
            @Override
            public void configure() {
              from("platform-http:/part").process(e -> e.getMessage().setBody(part()));
            }
          });

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /size HTTP/1.1\r\nHost: here\r\nX-A: ",
        "G",
        "POST /size HTTP/1.1\r\nHost: here\r\nAuthorization: Bearer "
            + HttpServer.KEY
            + "\r\nContent-Length: 100\r\n\r\n"
      })
  void head_or_a_body_that_never_ends_is_answered_408_and_closed(String begun) throws Exception {
    try (Socket socket = new Socket("127.0.0.1", SERVER.port())) {
      // Given
      socket.getOutputStream().write(begun.getBytes(StandardCharsets.US_ASCII));

      // When
      Thread trickle = new Thread(() -> trickle(socket));
      trickle.start();
      String answer = new String(readAll(socket), StandardCharsets.UTF_8);

      // Then
      assertThat(answer).startsWith("HTTP/1.1 408 ").contains("INVALID_REQUEST");
      assertThat(answer).contains("caravanserai.http.receive-timeout");
      trickle.join();
    }
  }

  @Test
  void connection_without_a_request_is_closed() throws Exception {
    try (Socket socket = new Socket("127.0.0.1", SERVER.port())) {
      assertThat(readAll(socket)).isEmpty();
    }
  }

  @Test
  void connection_whose_response_is_not_read_is_closed() throws Exception {
    try (Socket socket = new Socket("127.0.0.1", SERVER.port())) {
      // Given
      ask(socket, "/much");
      assertThat(socket.getInputStream().readNBytes(12)).isNotEmpty();

      // Then
      await().until(() -> closedByServer(socket));
      assertThat(readAll(socket).length).as("what was in the sockets").isLessThan(ANSWER);
    }
  }

  private static byte[] part() {
    PARTS.incrementAndGet();
    return new byte[PART];
  }

  /** Closed by the limit of what waits; the time limits are too long for that. */
  @ParameterizedTest
  @ValueSource(strings = {"/part", "/nothing", "/observe/metrics"})
  void caller_who_sends_requests_and_reads_no_response_is_closed(String path) throws Exception {
    // Given
    int before = PARTS.get();
    byte[] requests =
        "GET %s HTTP/1.1\r\nHost: here\r\nAuthorization: Bearer %s\r\n\r\n"
            .formatted(path, HttpServer.KEY)
            .repeat(100)
            .getBytes(StandardCharsets.US_ASCII);

    // When
    try (Socket socket = new Socket()) {
      socket.setReceiveBufferSize(4096);
      socket.connect(new InetSocketAddress("127.0.0.1", PATIENT.port()));
      assertThatThrownBy(
              () -> {
                for (int sent = 0; sent < FLOOD; sent += requests.length) {
                  socket.getOutputStream().write(requests);
                }
              })
          .isInstanceOf(IOException.class);
    }

    // Then
    assertThat((long) (PARTS.get() - before) * PART).isLessThan(FLOOD);
  }

  @Test
  void many_refused_requests_behind_another_do_not_overflow_the_stack() throws Exception {
    try (CapturedLog log = new CapturedLog("ROOT");
        Socket socket = new Socket("127.0.0.1", SERVER.port())) {
      // When
      ask(socket, "/late");
      socket
          .getOutputStream()
          .write(
              ("GET /x HTTP/1.1\r\nHost: a\r\n\r\n".repeat(999)
                      + "GET /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
                  .getBytes(StandardCharsets.US_ASCII));

      // Then
      String answers = new String(readAll(socket), StandardCharsets.UTF_8);
      assertThat(answers).startsWith("HTTP/1.1 200 ");
      assertThat(answers.split("HTTP/1.1 401 ", -1)).hasSize(1001);
      assertThat(log.lines()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/much", "/stream"})
  void slow_caller_who_reads_all_the_time_gets_everything(String path) throws Exception {
    try (Socket socket = new Socket("127.0.0.1", SERVER.port())) {
      // Given
      ask(socket, path);

      // When
      long read = 0;
      for (int i = 0; i < 100; i++) {
        if (i == 10) {
          ask(socket, "/size");
        }
        read += socket.getInputStream().readNBytes(256 << 10).length;
        LockSupport.parkNanos(50_000_000);
      }

      // Then
      byte[] rest = readAll(socket);
      assertThat(read + rest.length).isGreaterThan(ANSWER);
      assertThat(new String(rest, StandardCharsets.US_ASCII)).endsWith("\r\n\r\nread");
    }
  }

  @Test
  void body_of_a_refused_request_is_not_the_head_of_the_next() throws Exception {
    try (Socket socket = new Socket("127.0.0.1", SERVER.port())) {
      // Given
      String head = "POST /size HTTP/1.1\r\nHost: here\r\nContent-Length: 1000\r\n\r\n";
      socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
      String status = new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII);

      // When
      socket.getOutputStream().write(new byte[999]);

      // Then
      assertThat(status).isEqualTo("HTTP/1.1 401");
      assertThat(new String(readAll(socket), StandardCharsets.UTF_8)).doesNotContain("408");
    }
  }

  private static void ask(Socket socket, String path) throws IOException {
    socket
        .getOutputStream()
        .write(
            "GET %s HTTP/1.1\r\nHost: here\r\nAuthorization: Bearer %s\r\n\r\n"
                .formatted(path, HttpServer.KEY)
                .getBytes(StandardCharsets.US_ASCII));
  }

  @Test
  void response_may_take_longer_than_the_limit_for_a_request() {
    assertThat(SERVER.get("/late").body()).isEqualTo("late");
  }

  /** The kernel keeps what is not sent, but no process has the connection any more (proc(5)). */
  private static boolean closedByServer(Socket socket) {
    Pattern open =
        Pattern.compile(
            ":%04X \\w+:%04X \\w+ \\w+:\\w+ \\w+:\\w+ \\w+ +\\d+ +\\d+ +[1-9]"
                .formatted(SERVER.port(), socket.getLocalPort()));
    return Stream.of("/proc/net/tcp", "/proc/net/tcp6")
        .flatMap(file -> lines(file))
        .noneMatch(line -> open.matcher(line).find());
  }

  private static Stream<String> lines(String file) {
    try {
      return Files.readAllLines(Path.of(file)).stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void trickle(Socket socket) {
    try {
      for (int i = 0; i < 60; i++) {
        socket.getOutputStream().write('x');
        LockSupport.parkNanos(100_000_000);
      }
    } catch (IOException e) {
      // closed by the server, as it should be
    }
  }

  /** Until the server closes; a reset is a close. */
  private static byte[] readAll(Socket socket) {
    var all = new ByteArrayOutputStream();
    try {
      socket.setSoTimeout(60_000);
      socket.getInputStream().transferTo(all);
    } catch (SocketTimeoutException e) {
      throw new AssertionError("still open", e);
    } catch (IOException e) {
      // reset
    }
    return all.toByteArray();
  }
}
