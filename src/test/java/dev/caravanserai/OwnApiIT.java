package dev.caravanserai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.caravanserai.Api.Answer;
import dev.caravanserai.server.Server;
import dev.caravanserai.settings.Settings;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A custom OpenAPI file and its routes get the same checks as the server's API, without Java. */
@Tag("local")
@ExtendWith(NothingLeftBehind.class)
class OwnApiIT {
  private static final String GREETER = "greeter-key-0123456789";
  private static final String OTHER = "other-key-0123456789";

  private static Server server;

  private final Api greeter = new Api(server.url(), GREETER);
  private final Api other = new Api(server.url(), OTHER);

  @BeforeAll
  static void start() throws Exception {
    String keys =
        """
        - {name: greeter, tenant: red, scopes: ['*'], key: %s}
        - {name: other, tenant: blue, scopes: ['sessions:read', 'routes'], key: %s}
        """
            .formatted(GREETER, OTHER);
    server =
        Server.start(
            Settings.of(TestServer.settings(Files.createTempDirectory("caravanserai-own"), keys)),
            List.of("examples/own-api/greetings.camel.yaml"));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void operation_of_a_custom_contract_runs_its_route_and_returns_json() {
    // Given
    String name = "\"$(id)\" 'ä\\n";

    // When
    Answer answer =
        greeter.call("POST", "/greetings?greeting=Good%20morning", Map.of("name", name));

    // Then
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    assertThat(answer.field("outcome")).isEqualTo("exited");
    assertThat(answer.field("stdout")).isEqualTo("Good morning, " + name + "!");
    assertThat(answer.raw().headers().firstValue("Content-Type")).hasValue("application/json");
    await().until(() -> greeter.get("/v1/sessions").body().path("items").isEmpty());
  }

  @Test
  void request_that_violates_a_custom_contract_is_rejected_with_all_violations() {
    // When
    Answer wrong = greeter.call("POST", "/greetings?greeting=Hi&x=1", Map.of("name", "", "z", 1));
    Answer missing = greeter.call("POST", "/greetings", Map.of());
    Answer path = greeter.get("/greetings/A_B");

    // Then
    assertThat(wrong.status()).isEqualTo(400);
    assertThat(wrong.body().path("errors").findValuesAsText("pointer"))
        .containsExactlyInAnyOrder("/query/greeting", "/query/x", "/name", "/z");
    assertThat(wrong.text()).contains("a name of 1 to 40 characters");
    assertThat(missing.field("detail")).contains("/name: is missing");
    assertThat(path.status()).isEqualTo(404);
    assertThat(path.field("detail")).contains("lower-case letters");
  }

  @Test
  void custom_contract_supports_scopes_tenants_head_and_405() {
    // Given
    String session = greeter.session();

    // When
    Answer read = greeter.get("/greetings/" + session);
    Answer head = greeter.call("HEAD", "/greetings/" + session, null);
    Answer tenant = other.get("/greetings/" + session);
    Answer scope = other.call("POST", "/greetings", Map.of("name", "x"));
    Answer method = greeter.call("PUT", "/greetings/" + session, Map.of());

    // Then
    assertThat(read.body()).isEqualTo(greeter.get("/v1/sessions/" + session).body());
    assertThat(head.status()).isEqualTo(200);
    assertThat(head.text()).isEmpty();
    assertThat(tenant.status()).isEqualTo(404);
    assertThat(scope.status()).isEqualTo(403);
    assertThat(scope.field("detail")).contains("routes:greetings");
    assertThat(method.status()).isEqualTo(405);
    assertThat(method.raw().headers().firstValue("Allow")).hasValue("GET, HEAD");
    greeter.stopAll();
  }
}
