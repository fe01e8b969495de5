package dev.caravanserai.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpServer;
import org.apache.camel.main.Main;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Camel's contract-first REST takes the contract as it is. */
@TestInstance(Lifecycle.PER_CLASS)
class ContractFirstTest {
  private final Main main = new Main();
  private URI server;

  @BeforeAll
  void start() {
    main.addInitialProperty("camel.server.enabled", "true");
    main.addInitialProperty("camel.server.host", "127.0.0.1");
    main.addInitialProperty("camel.server.port", "0");
    main.addOverrideProperty("camel.management.enabled", "false");
    main.configure().addRoutesBuilder(new EachOperation());
    main.start();
    int port = main.getCamelContext().hasService(VertxPlatformHttpServer.class).getPort();
    server = URI.create("http://127.0.0.1:" + port);
  }

  @AfterAll
  void stop() {
    main.stop();
  }

  @ParameterizedTest
  @CsvSource({
    "POST,   /v1/sessions,               application/json, startSession",
    "GET,    /v1/sessions?state=RUNNING, application/json, listSessions",
    "GET,    /v1/sessions/build-42,      application/json, getSession build-42",
    "GET,    /v1/sessions/a.b_c~d@e:f,   application/json, getSession a.b_c~d@e:f",
    "DELETE, /v1/sessions/build-42,      application/json, stopSession build-42",
    "POST,   /v1/sessions/build-42/exec, */*,              execInSession build-42",
    "GET,    /v1/sessions/build-42/logs, text/plain,       readLogs build-42",
    "GET,    /v1/sessions/build-42/logs, application/json, readLogs build-42",
  })
  void eachOperationReachesTheRouteOfItsName(
      String method, String path, String accept, String reached) throws Exception {
    // Given
    HttpRequest request = request(method, path).header("Accept", accept).build();

    // When
    HttpResponse<String> answer = send(request);

    // Then
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo(reached);
  }

  /** So the route has to decode it. */
  @Test
  void anIdArrivesAsEncodedAsItWasSent() throws Exception {
    // Given
    HttpRequest encoded = request("GET", "/v1/sessions/a%40b%3Ac").build();

    // When
    HttpResponse<String> answer = send(encoded);

    // Then
    assertThat(answer.body()).isEqualTo("getSession a%40b%3Ac");
  }

  @Test
  void whatIsNotInTheContractReachesNoRoute() throws Exception {
    // Given
    HttpRequest unknown = request("GET", "/v1/elsewhere").build();
    HttpRequest wrongMethod = request("PUT", "/v1/sessions/build-42").build();

    // When
    List<Integer> answers = List.of(send(unknown).statusCode(), send(wrongMethod).statusCode());

    // Then
    assertThat(answers).containsExactly(404, 405);
  }

  private HttpRequest.Builder request(String method, String path) {
    return HttpRequest.newBuilder(server.resolve(path))
        .header("Content-Type", "application/json")
        .method(
            method, "GET".equals(method) ? BodyPublishers.noBody() : BodyPublishers.ofString("{}"));
  }

  private static HttpResponse<String> send(HttpRequest request) throws Exception {
    return HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
  }

  /** A route for each operation that answers its name. */
  private static final class EachOperation extends RouteBuilder {
    @Override
    public void configure() {
      rest()
          .openApi()
          .specification("file:config/openapi/caravanserai.yaml")
          .missingOperation("fail");
      for (String name : List.of("startSession", "listSessions")) {
        from("direct:" + name).setBody(constant(name));
      }
      for (String name : List.of("getSession", "stopSession", "execInSession", "readLogs")) {
        from("direct:" + name).setBody(simple(name + " ${header.id}"));
      }
    }
  }
}
