package dev.caravanserai.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Bodies of requests take a bounded amount of memory. */
class RequestBodyTest {
  private static final int LARGEST = (int) HttpServer.LIMITS.bodyBytes();

  /** How many bodies of that size one tenant may have in memory. */
  private static final int FIT = (int) (HttpServer.LIMITS.bodyMemory() * 3 / 4 / LARGEST);

  private static final String BYTES = "caravanserai_http_body_bytes";
  private static final String LEFT = "caravanserai_http_answers_total{status=\"left\"}";
  private static final CountDownLatch STARTED = new CountDownLatch(1);
  private static final CountDownLatch GONE = new CountDownLatch(1);
  private static final CountDownLatch END = new CountDownLatch(1);

  @AutoClose
  private static final ApiServer API =
      new ApiServer(
          new RouteBuilder() {
            @Override
            public void configure() {
              from("platform-http:/size").setBody().simple("size ${body.length}");
              from("platform-http:/gone")
                  .process(
                      e -> {
                        STARTED.countDown();
                        e.getProperty(Caller.GONE, CompletionStage.class).thenRun(GONE::countDown);
                        END.await();
                      });
              from("platform-http:/fails").throwException(new IllegalStateException("on purpose"));
            }
          });

  private static final HttpServer SERVER = API.server();

  private static Socket begin(String request, String key, String header) throws IOException {
    Socket socket = new Socket("127.0.0.1", SERVER.port());
    write(
        socket,
        "%s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n%s\r\n\r\n"
            .formatted(request, key, header));
    return socket;
  }

  private static void write(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
  }

  private static String head(Socket socket) throws IOException {
    StringBuilder head = new StringBuilder();
    while (!head.toString().endsWith("\r\n\r\n")) {
      head.append((char) socket.getInputStream().read());
    }
    return head.toString();
  }

  private static String read(Socket socket) throws IOException {
    return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }

  private static HttpResponse<String> size(String key, int length) {
    return SERVER.send(
        SERVER
            .anonymous("/size")
            .header("Authorization", "Bearer " + key)
            .POST(BodyPublishers.ofString("x".repeat(length))));
  }

  @ParameterizedTest
  @ValueSource(strings = {"Content-Length: 33000000", "Transfer-Encoding: chunked\r\n\r\n1\r\nx"})
  void operation_that_takes_no_body_refuses_one_at_once_and_closes(String header)
      throws IOException {
    for (String request :
        List.of("GET /v1/sessions", "GET /v1/sessions/a/logs", "DELETE /v1/sessions/a")) {
      try (Socket caller = begin(request, HttpServer.KEY, header)) {
        assertThat(read(caller))
            .startsWith("HTTP/1.1 400 ")
            .containsIgnoringCase("Connection: close")
            .contains("INVALID_REQUEST", "takes no body");
      }
    }
  }

  @Test
  void empty_body_in_chunks_is_no_body() throws IOException {
    String header = "Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n0";
    try (Socket caller = begin("GET /v1/sessions", HttpServer.KEY, header)) {
      assertThat(read(caller)).startsWith("HTTP/1.1 200 ");
    }
  }

  @Test
  void body_that_is_too_large_is_refused_at_once_and_its_connection_closed() throws IOException {
    String length = "Content-Length: " + (LARGEST + 1);
    try (Socket caller = begin("POST /size", HttpServer.ROUTER, length)) {
      assertThat(read(caller)).startsWith("HTTP/1.1 413 ").contains("INVALID_REQUEST");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "POST /size, unknown, 401, X-A: a",
    "POST /size, 0123456789abcdef-reader, 403, X-A: a",
    "POST /nothing, 0123456789abcdef-reader, 404, X-A: a",
    "PUT /v1/sessions, 0123456789abcdef-everything, 405, X-A: a",
    "OPTIONS /v1/sessions, 0123456789abcdef-everything, 204, X-A: a",
    "GET /observe/health, unknown, 406, Accept: image/png",
    "POST /size, 0123456789abcdef-router, 415, Content-Type: multipart/form-data",
    "POST /size?%zz, unknown, 400, X-A: a",
    "POST /%zz, unknown, 400, X-A: a"
  })
  void connection_is_closed_after_a_response_that_does_not_wait_for_the_body(
      String request, String key, int status, String header) throws IOException {
    try (Socket caller = begin(request, key, header + "\r\nContent-Length: 10")) {
      String head = head(caller);
      write(caller, "0123456789");
      assertThat(head + read(caller))
          .startsWith("HTTP/1.1 %d ".formatted(status))
          .containsOnlyOnce("HTTP/1.1 ")
          .containsIgnoringCase("Connection: close");
    }
  }

  @Test
  void refused_request_without_a_body_keeps_its_connection() throws IOException {
    try (Socket caller = begin("GET /nothing", HttpServer.KEY, "X-A: a")) {
      write(caller, "GET /nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
      assertThat(read(caller)).startsWith("HTTP/1.1 404 ").contains("HTTP/1.1 401 ");
    }
  }

  @Test
  void expectation_other_than_100_is_named_in_the_refusal() throws IOException {
    String head = "Content-Length: 3\r\nExpect: 200-ok";
    try (Socket caller = begin("POST /size", HttpServer.ROUTER, head)) {
      assertThat(read(caller))
          .startsWith("HTTP/1.1 417 ")
          .contains("header Expect", "100-continue");
    }
  }

  @Test
  void memory_of_a_body_is_kept_while_its_route_runs_without_a_caller() throws Exception {
    double left = metric(LEFT);
    try (Socket caller = begin("POST /gone", HttpServer.ROUTER, "Content-Length: " + LARGEST)) {
      write(caller, "x".repeat(LARGEST));
      STARTED.await();
    }
    try {
      GONE.await();
      await().until(() -> metric(LEFT) > left);
      assertThat(metric(BYTES)).isEqualTo(LARGEST);
    } finally {
      END.countDown();
    }
    await().until(() -> metric(BYTES) == 0);
  }

  private static double metric(String name) {
    return SERVER
        .send(SERVER.anonymous("/observe/metrics"))
        .body()
        .lines()
        .filter(line -> line.startsWith(name + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(name.length())))
        .findFirst()
        .orElse(0);
  }

  @Test
  void request_that_expects_100_gets_it_before_its_body() throws IOException {
    String head = "Content-Length: 3\r\nConnection: close\r\nExpect: 100-continue";
    try (Socket caller = begin("POST /size", HttpServer.ROUTER, head)) {
      byte[] begun = caller.getInputStream().readNBytes(20);
      write(caller, "abc");
      assertThat(new String(begun, StandardCharsets.US_ASCII)).startsWith("HTTP/1.1 100 ");
      assertThat(read(caller)).contains("HTTP/1.1 200 ").endsWith("size 3");
    }
  }

  @Test
  void bodies_of_one_tenant_leave_memory_to_others_and_one_too_many_is_refused() throws Exception {
    List<Socket> callers = new ArrayList<>();
    try {
      // When
      for (int i = 0; i <= FIT; i++) {
        callers.add(begin("POST /size", HttpServer.ROUTER, "Content-Length: " + LARGEST));
        write(callers.get(i), "x".repeat(LARGEST - 1));
      }

      // Then
      await().until(() -> callers.stream().anyMatch(RequestBodyTest::answered));
      Socket refused = callers.stream().filter(RequestBodyTest::answered).findFirst().orElseThrow();
      assertThat(read(refused))
          .startsWith("HTTP/1.1 429 ")
          .contains("LIMIT_REACHED", "caravanserai.http.body-memory")
          .containsIgnoringCase("Retry-After: ");
      assertThat(size(HttpServer.KEY, LARGEST).body()).isEqualTo("size " + LARGEST);
    } finally {
      for (Socket caller : callers) {
        caller.close();
      }
    }
    await().until(() -> size(HttpServer.ROUTER, LARGEST).statusCode() == 200);
  }

  @Test
  void memory_of_a_body_is_given_back_when_its_request_has_ended() {
    for (int i = 0; i < 3 * FIT; i++) {
      await().until(() -> size(HttpServer.ROUTER, LARGEST).statusCode() == 200);
      assertThat(size(HttpServer.ROUTER, LARGEST + 1).statusCode()).isEqualTo(413);
      assertThat(SERVER.post("/fails", "x".repeat(LARGEST)).statusCode()).isEqualTo(500);
    }
    await().until(() -> metric(BYTES) == 0);
  }

  private static boolean answered(Socket caller) {
    try {
      return caller.getInputStream().available() > 0;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
