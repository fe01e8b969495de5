package dev.caravanserai.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.FailureException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A log over a WebSocket: the same port, checks and routes as over plain HTTP. */
class LogSocketTest {
  private static final HttpLimits SHORT =
      new HttpLimits(100_000, Duration.ofSeconds(1), Duration.ofSeconds(2), 5, 1_000_000, 20);
  private static final String API = "file:routes/api.camel.yaml,file:routes/errors.camel.yaml";
  private static final String LOGS = "/v1/sessions/a/logs";

  /** What the next request gets. */
  private static final AtomicReference<PushedSource> SOURCE = new AtomicReference<>();

  private static final AtomicInteger READS = new AtomicInteger();

  private static final class Sessions extends RouteBuilder {
    @Override
    public void configure() {
      errorHandler(noErrorHandler());
      for (String other : List.of("start", "start-later", "get", "list", "stop", "exec")) {
        from("direct:session-" + other).setBody(constant("other"));
      }
      from("direct:session-logs").process(Sessions::open);
    }

    private static void open(Exchange exchange) {
      if ("none".equals(exchange.getVariable("id"))) {
        throw FailureException.of(FailureCode.NOT_FOUND, "There is no session none.");
      }
      READS.incrementAndGet();
      exchange.getMessage().setBody(SOURCE.get());
    }
  }

  @AutoClose private static final HttpServer SERVER = server();

  private static HttpServer server() {
    return HttpServer.with(SHORT, API, new Sessions());
  }

  private static PushedSource source() {
    PushedSource source = new PushedSource();
    SOURCE.set(source);
    return source;
  }

  /** Keeps what arrives. */
  private static final class Client implements WebSocket.Listener {
    final StringBuffer text = new StringBuffer();
    final AtomicInteger pings = new AtomicInteger();
    final CompletableFuture<String> closed = new CompletableFuture<>();
    WebSocket socket;

    static CompletableFuture<Client> open(HttpServer server, String path, String... headers) {
      Client client = new Client();
      WebSocket.Builder builder = server.client().newWebSocketBuilder();
      for (int i = 0; i < headers.length; i += 2) {
        builder.header(headers[i], headers[i + 1]);
      }
      return builder
          .buildAsync(URI.create("ws://127.0.0.1:" + server.port() + path), client)
          .thenApply(
              socket -> {
                client.socket = socket;
                return client;
              });
    }

    static Client open(HttpServer server) throws Exception {
      return open(server, LOGS + "?follow=true", "Authorization", "Bearer " + HttpServer.KEY)
          .get(20, TimeUnit.SECONDS);
    }

    @Override
    public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
      text.append(data);
      socket.request(1);
      return null;
    }

    @Override
    public CompletionStage<?> onPing(WebSocket socket, ByteBuffer message) {
      pings.incrementAndGet();
      socket.request(1);
      return null;
    }

    @Override
    public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
      closed.complete(code + " " + reason);
      return null;
    }

    @Override
    public void onError(WebSocket socket, Throwable error) {
      closed.completeExceptionally(error);
    }
  }

  private static void assertNothingLeft(PushedSource source) {
    await().atMost(Duration.ofSeconds(30)).until(source::closed);
    await().atMost(Duration.ofSeconds(30)).until(() -> SERVER.inflight() == 0);
  }

  @Test
  void each_piece_is_a_message_and_the_end_of_the_log_closes_normally() throws Exception {
    // Given
    PushedSource source = source();
    Client client = Client.open(SERVER);

    // When
    source.push("one ü".getBytes(StandardCharsets.UTF_8));
    await().atMost(Duration.ofSeconds(30)).until(() -> client.text.toString().equals("one ü"));
    source.push(new byte[] {'-', (byte) 0xc3});
    await().atMost(Duration.ofSeconds(30)).until(() -> client.text.toString().equals("one ü-"));
    source.push(new byte[] {(byte) 0xbc, (byte) 0xff});
    source.end();

    // Then
    assertThat(client.closed.get(20, TimeUnit.SECONDS)).isEqualTo("1000 ");
    assertThat(client.text).hasToString("one ü-ü\ufffd");
    assertNothingLeft(source);
  }

  @Test
  void failure_after_the_first_byte_closes_with_1011_and_its_reason() throws Exception {
    // Given
    PushedSource source = source();
    Client client = Client.open(SERVER);
    source.push("begun".getBytes(StandardCharsets.UTF_8));

    // When
    source.fail(FailureException.of(FailureCode.CLUSTER_UNREACHABLE, "x".repeat(200)));

    // Then
    assertThat(client.closed.get(20, TimeUnit.SECONDS)).startsWith("1011 CLUSTER_UNREACHABLE: xxx");
    assertThat(client.text).hasToString("begun");
    assertNothingLeft(source);
  }

  @ParameterizedTest
  @CsvSource({
    LOGS + ",            '',     401, UNAUTHENTICATED",
    LOGS + ",            runner, 403, NOT_PERMITTED",
    LOGS + "?tail=x,     reader, 400, INVALID_REQUEST",
    "/v1/sessions/none/logs, reader, 404, NOT_FOUND",
    "/v1/nothing,        all,    404, NOT_FOUND",
  })
  void refusal_precedes_the_handshake_as_a_problem(
      String path, String key, int status, String code) {
    // Given
    Map<String, String> keys =
        Map.of("runner", HttpServer.RUNNER, "reader", HttpServer.READER, "all", HttpServer.KEY);
    String authorization = key.isEmpty() ? "Nothing" : "Bearer " + keys.get(key);

    // Then
    assertRefused(Client.open(SERVER, path, "Authorization", authorization), status);
    assertThat(code).isNotEmpty();
  }

  private static void assertRefused(CompletableFuture<Client> opened, int status) {
    assertThatThrownBy(opened::join)
        .isInstanceOf(CompletionException.class)
        .cause()
        .isInstanceOfSatisfying(
            WebSocketHandshakeException.class,
            e -> assertThat(e.getResponse().statusCode()).isEqualTo(status));
  }

  @Test
  void page_of_another_origin_and_a_wrong_handshake_are_refused_before_the_route_runs()
      throws Exception {
    // Given
    PushedSource source = source();
    int before = READS.get();
    String[] key = {"Authorization", "Bearer " + HttpServer.KEY};

    // Then
    assertRefused(Client.open(SERVER, LOGS, key[0], key[1], "Origin", "http://evil.example"), 403);
    String old =
        "GET %s HTTP/1.1\r\nHost: x\r\nAuthorization: %s\r\nUpgrade: websocket\r\nConnection: Upgrade, close\r\n"
            .formatted(LOGS, key[1]);
    for (String wrong : List.of("", "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: x\r\n")) {
      try (Socket socket = new Socket("127.0.0.1", SERVER.port())) {
        socket.getOutputStream().write((old + wrong + "\r\n").getBytes(StandardCharsets.US_ASCII));
        String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(answer).startsWith("HTTP/1.1 400 ").contains("Sec-WebSocket-Key");
      }
    }
    for (String body : List.of("Content-Length: 9", "Transfer-Encoding: chunked")) {
      handshake("", body + "\r\n", "HTTP/1.1 400").close();
    }
    try (Socket url = handshake("?a={", "", "1.1", "Upgrade, close", "HTTP/1.1 400")) {
      assertThat(new String(url.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
          .contains("application/problem+json", "INVALID_REQUEST");
    }
    assertThat(READS).hasValue(before);
    String same = "http://127.0.0.1:" + SERVER.port();
    Client client =
        Client.open(SERVER, LOGS, key[0], key[1], "Origin", same).get(20, TimeUnit.SECONDS);
    client.socket.abort();
    assertNothingLeft(source);
  }

  @Test
  void caller_who_leaves_or_sends_a_message_closes_the_source() throws Exception {
    // Given
    PushedSource left = source();
    Client leaving = Client.open(SERVER);
    PushedSource sent = source();
    Client sending = Client.open(SERVER);

    // When
    leaving.socket.abort();
    sending.socket.sendText("hello", true);

    // Then
    assertNothingLeft(left);
    assertNothingLeft(sent);
    assertThat(sending.closed.get(20, TimeUnit.SECONDS)).startsWith("1003 ");
  }

  @Test
  void silent_log_keeps_its_socket_and_a_caller_who_does_not_answer_pings_loses_it()
      throws Exception {
    // Given
    PushedSource source = source();
    Client client = Client.open(SERVER);
    PushedSource unheard = source();

    // When
    try (Socket dumb = handshake("?follow=true", "", "HTTP/1.1 101")) {
      await().atMost(Duration.ofSeconds(30)).until(unheard::closed);
    }

    // Then
    await().atMost(Duration.ofSeconds(30)).until(() -> client.pings.get() >= 3);
    assertThat(client.closed).isNotDone();
    source.push("late".getBytes(StandardCharsets.UTF_8));
    await().atMost(Duration.ofSeconds(30)).until(() -> client.text.toString().equals("late"));
    client.socket.abort();
    assertNothingLeft(source);
  }

  /** A WebSocket whose caller does nothing more. */
  private static Socket handshake(String query, String headers, String answer) throws IOException {
    return handshake(query, headers, "1.1", "keep-alive, Upgrade", answer);
  }

  private static Socket handshake(
      String query, String headers, String version, String connection, String answer)
      throws IOException {
    Socket socket = new Socket();
    socket.setReceiveBufferSize(4096);
    socket.connect(new InetSocketAddress("127.0.0.1", SERVER.port()));
    String request =
        ("GET %s%s HTTP/%s\r\nHost: x\r\nAuthorization: Bearer %s\r\nUpgrade: websocket\r\nConnection:"
                + " %s\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n%s\r\n")
            .formatted(LOGS, query, version, HttpServer.KEY, connection, headers);
    socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    socket.setSoTimeout(20_000);
    assertThat(new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII))
        .isEqualTo(answer);
    return socket;
  }

  @Test
  void two_connection_headers_are_one_list_and_http_1_0_has_no_upgrade() throws Exception {
    // Given
    PushedSource twice = source();
    handshake("", "", "1.1", "keep-alive\r\nConnection: Upgrade", "HTTP/1.1 101").close();
    assertNothingLeft(twice);

    // When
    PushedSource old = source();
    old.push("one".getBytes(StandardCharsets.UTF_8));
    old.end();

    // Then
    try (Socket plain = handshake("", "", "1.0", "Upgrade", "HTTP/1.0 200")) {
      assertThat(new String(plain.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
          .contains("\"one\"");
    }
  }

  @Test
  void server_stops_reading_from_a_caller_who_does_not_read_its_pongs() throws Exception {
    // Given
    PushedSource source = source();
    byte[] ping = new byte[126];
    ping[0] = (byte) 0x89;
    ping[1] = (byte) (0x80 | 120);
    byte[] pings = new byte[ping.length * 500];
    for (int i = 0; i < pings.length; i++) {
      pings[i] = ping[i % ping.length];
    }

    // When
    long sent = 0;
    try (Socket deaf = handshake("?follow=true", "", "HTTP/1.1 101")) {
      while (!source.closed()) {
        deaf.getOutputStream().write(pings);
        sent += pings.length;
      }
    } catch (IOException e) {
      // the server has closed the connection
    }

    // Then
    assertThat(sent).isLessThan(32 << 20);
    assertNothingLeft(source);
  }

  @ParameterizedTest(name = "{0} -> {1}")
  @CsvSource({
    "82020102, 1002",
    "8382000000000102, 1002",
    "808100000000FF, 1002",
    "89FE007E00000000, 1002",
    "888100000000FF, 1002",
    "88820000000003ED, 1002",
    "81FF0000000000100000, 1009"
  })
  void frame_that_is_not_allowed_closes_with_the_code_of_its_mistake(String frame, int code)
      throws Exception {
    // Given
    PushedSource source = source();
    try (Socket wrong = handshake("?follow=true", "", "HTTP/1.1 101")) {
      // When
      wrong.getOutputStream().write(HexFormat.of().parseHex(frame));

      // Then
      String answer =
          new String(wrong.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
      int close = answer.indexOf("\r\n\r\n") + 4;
      assertThat(answer.charAt(close)).isEqualTo((char) 0x88);
      assertThat(answer.charAt(close + 2) << 8 | answer.charAt(close + 3)).isEqualTo(code);
    }
    assertNothingLeft(source);
  }

  @Test
  void slow_caller_holds_back_the_source() throws Exception {
    // Given
    PushedSource source = source();
    source.flood();
    try (Socket slow = handshake("", "", "HTTP/1.1 101")) {
      // When
      AtomicLong before = new AtomicLong(-1);
      await()
          .pollInterval(Duration.ofMillis(300))
          .until(() -> source.given() > 0 && before.getAndSet(source.given()) == source.given());

      // Then
      assertThat(source.given()).isLessThan(1 << 20);
    }
    assertNothingLeft(source);
  }

  @Test
  void one_socket_too_many_is_refused_and_its_source_closed() throws Exception {
    // Given
    List<Client> clients = new ArrayList<>();
    List<PushedSource> sources = new ArrayList<>();
    for (int i = 0; i < SHORT.streams() - SHORT.streams() / 4; i++) {
      sources.add(source());
      clients.add(Client.open(SERVER));
    }

    // When
    PushedSource tooMany = source();
    assertRefused(Client.open(SERVER, LOGS, "Authorization", "Bearer " + HttpServer.KEY), 429);

    // Then
    await().atMost(Duration.ofSeconds(30)).until(tooMany::closed);
    clients.forEach(client -> client.socket.abort());
    sources.forEach(LogSocketTest::assertNothingLeft);
  }

  @Test
  void shutdown_closes_a_socket_with_1001_at_once() throws Exception {
    // Given
    PushedSource source = source();
    HttpServer server = server();
    Client client = Client.open(server);

    // When
    long before = System.nanoTime();
    server.close();

    // Then
    assertThat(client.closed.get(20, TimeUnit.SECONDS)).startsWith("1001 ");
    assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(4));
    await().atMost(Duration.ofSeconds(30)).until(source::closed);
  }

  @Test
  void follow_is_text_over_plain_http_too_whatever_is_accepted_first() throws Exception {
    // Given
    PushedSource source = source();

    // When
    CompletableFuture<HttpResponse<String>> answer =
        CompletableFuture.supplyAsync(() -> SERVER.get(LOGS + "?follow=true"));
    source.push("one\n".getBytes(StandardCharsets.UTF_8));
    source.end();

    // Then
    assertThat(answer.get(20, TimeUnit.SECONDS).body()).isEqualTo("one\n");
    assertThat(answer.join().headers().firstValue("Content-Type"))
        .hasValue("text/plain; charset=utf-8");
  }
}
