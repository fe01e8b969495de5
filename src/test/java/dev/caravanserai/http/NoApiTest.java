package dev.caravanserai.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A server whose routes serve no API. */
class NoApiTest {
  @Test
  void contract_and_its_page_are_served_only_with_the_api() {
    // Given
    var routes =
        new RouteBuilder() {
          @Override
          public void configure() {
            from("platform-http:/own").setBody(constant("own"));
          }
        };

    // When
    try (var server = HttpServer.with(routes)) {

      // Then
      assertThat(server.get("/own").statusCode()).isEqualTo(200);
      assertThat(server.get("/v1/docs").statusCode()).isEqualTo(404);
      assertThat(server.get("/v1/docs").body())
          .contains(
              "Nothing is at /v1/docs: the server has the paths of its routes and, with the API");
      assertThat(server.get("/v1/openapi.yaml").statusCode()).isEqualTo(404);
      assertThat(server.send(server.request("/v1/docs").DELETE()).statusCode()).isEqualTo(404);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/nope", "/v1/sessions", "/observe/nope", "/observe/health?x"})
  void server_without_http_routes_asks_for_a_key(String path) {
    // When
    try (var server = HttpServer.with()) {
      var answer = server.send(server.anonymous(path));

      // Then
      assertThat(answer.statusCode()).isEqualTo(401);
      assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
    }
  }
}
