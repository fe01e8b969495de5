package dev.caravanserai.http;

import static dev.caravanserai.http.ProblemAnswers.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Rules of RFC 9110 that probes, scrapers and proxies rely on. */
class HttpSemanticsTest {
  private static HttpServer server;

  @BeforeAll
  static void start() {
    server =
        HttpServer.with(
            new RouteBuilder() {
              @Override
              public void configure() {
                from("platform-http:/text?httpMethodRestrict=GET")
                    .setHeader("Content-Type")
                    .constant("text/plain")
                    .setBody()
                    .constant("four");
                from("platform-http:/echo?httpMethodRestrict=POST").setBody().simple("${body}");
                from("platform-http:/json?consumes=application/json;charset=utf-8, text/*")
                    .setBody()
                    .constant("taken");
                from("platform-http:/nothing?httpMethodRestrict=DELETE")
                    .setHeader("Content-Type")
                    .constant("application/problem+json")
                    .setBody()
                    .simple("${null}");
              }
            });
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/text", "/observe/health/live", "/observe/health"})
  void head_is_get_without_the_body(String path) {
    // When
    var get = server.get(path);
    var head = server.send(server.request(path).method("HEAD", BodyPublishers.noBody()));

    // Then
    assertThat(head.statusCode()).isEqualTo(get.statusCode()).isEqualTo(200);
    assertThat(get.body()).isNotEmpty();
    assertThat(head.body()).isEmpty();
    assertThat(head.headers().firstValue("Content-Type"))
        .isPresent()
        .isEqualTo(get.headers().firstValue("Content-Type"));
  }

  @ParameterizedTest
  @CsvSource({"http://x/text, 200", "http://x, 404", "*, 404"})
  void head_accepts_the_request_targets_that_get_accepts(String target, int status)
      throws IOException {
    for (String method : List.of("GET", "HEAD")) {
      try (Socket socket = new Socket("127.0.0.1", server.port())) {
        // When
        String request =
            "%s %s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nConnection: close\r\n\r\n"
                .formatted(method, target, HttpServer.KEY);
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));

        // Then
        assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
            .startsWith("HTTP/1.1 " + status);
      }
    }
  }

  @Test
  void head_needs_the_key_that_get_needs() {
    var head = server.send(server.anonymous("/text").method("HEAD", BodyPublishers.noBody()));
    assertThat(head.statusCode()).isEqualTo(401);
  }

  @ParameterizedTest
  @CsvSource({
    "application/json, {}, 200",
    "Application/JSON; charset=utf-8, {}, 200",
    "text/csv, a, 200",
    ", '', 200",
    "application/xml, '', 200",
    ", {}, 415",
    "application/xml, <a/>, 415",
    "application/jsonx, {}, 415"
  })
  void route_takes_only_the_media_types_that_it_consumes(String type, String body, int status) {
    var request = server.request("/json").POST(BodyPublishers.ofString(body));
    if (type != null) {
      request.header("Content-Type", type);
    }
    var answer = server.send(request);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    if (status == 415) {
      assertProblem(answer, 415, "INVALID_REQUEST");
      assertThat(answer.body()).contains("application/json or text/*");
    }
  }

  @Test
  void body_with_a_content_encoding_is_rejected() {
    // Given
    var body = BodyPublishers.ofString("{}");

    // When
    var gzip = server.send(server.request("/echo").header("Content-Encoding", "gzip").POST(body));
    var plain =
        server.send(server.request("/echo").header("Content-Encoding", "identity").POST(body));

    // Then
    assertProblem(gzip, 415, "INVALID_REQUEST");
    assertThat(gzip.headers().firstValue("Accept-Encoding")).hasValue("identity");
    assertThat(plain.body()).isEqualTo("{}");
  }

  @Test
  void response_without_a_body_has_no_content_type() {
    var answer = server.send(server.request("/nothing").DELETE());
    assertThat(answer.statusCode()).isEqualTo(204);
    assertThat(answer.headers().firstValue("Content-Type")).isEmpty();
  }
}
