package dev.caravanserai.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.Test;

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
      assertThat(server.get("/v1/openapi.yaml").statusCode()).isEqualTo(404);
      assertThat(server.send(server.request("/v1/docs").DELETE()).statusCode()).isEqualTo(404);
    }
  }
}
