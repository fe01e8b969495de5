package dev.caravanserai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.caravanserai.Api.Answer;
import dev.caravanserai.server.Server;
import dev.caravanserai.settings.Settings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A caller sees sessions of its tenant only, on every route, and does only what its scopes allow.
 */
@Tag("local")
@ExtendWith(NothingLeftBehind.class)
class TenantIT {
  private static final String RED = "red-key-0123456789";
  private static final String BLUE = "blue-key-0123456789";
  private static final String READER = "reader-key-0123456789";

  @Test
  void sessions_of_another_tenant_are_not_visible() throws Exception {
    // Given
    try (Server server = Server.start(Settings.of(settings()), List.of())) {
      Api red = new Api(server.url(), RED);
      Api blue = new Api(server.url(), BLUE);
      Api reader = new Api(server.url(), READER);
      String id = "shared-" + Long.toString(System.nanoTime(), 36);
      Answer ours = red.start(Map.of("id", id));
      String path = "/v1/sessions/" + id;

      // When
      Answer seen = blue.get(path);
      Answer used = blue.exec(id, Map.of("command", List.of("true")));
      Answer stopped = blue.call("DELETE", path, null);
      Answer same = blue.start(Map.of("id", id));
      Answer read = reader.get(path);
      Answer written = reader.call("DELETE", path, null);

      // Then
      assertThat(ours.status()).as(ours.text()).isEqualTo(201);
      assertThat(List.of(seen.status(), used.status(), stopped.status())).containsOnly(404);
      assertThat(same.status()).as("the id is free for another tenant").isEqualTo(201);
      assertThat(read.status()).isEqualTo(200);
      assertThat(written.status()).isEqualTo(403);
      assertThat(written.field("code")).isEqualTo("NOT_PERMITTED");
      red.stopAll();
      blue.stopAll();
    }
  }

  private static final String OWN_ROUTES =
      """
      - route:
          id: own-read
          description: Reads a session
          from:
            uri: platform-http:/own/read/{session}
            steps:
              - to:
                  id: read
                  uri: kamelet:session-get-action
                  parameters:
                    sessionId: "${header.session}"
              - setBody:
                  id: answer
                  simple: "${body.tenant}"
      - route:
          id: own-blue
          description: Reads a session of the tenant blue, which only its own callers may
          from:
            uri: platform-http:/own/blue/{session}
            steps:
              - to:
                  id: read-blue
                  uri: kamelet:session-get-action
                  parameters:
                    sessionId: "${header.session}"
                    tenant: blue
              - setBody:
                  id: answer-blue
                  simple: "${body.tenant}"
      - route:
          id: own-forget
          description: Forgets and replaces all properties, then reads a session in another route
          from:
            uri: platform-http:/own/forget/{session}
            steps:
              - removeProperties:
                  id: forget
                  pattern: "*"
              - setProperty:
                  id: replace
                  name: CaravanseraiPrincipal
                  constant: red
              - to:
                  id: read-there
                  uri: seda:own-read
      - route:
          id: own-read-there
          description: Reads a session for another route
          from:
            uri: seda:own-read
            steps:
              - to:
                  id: read-here
                  uri: kamelet:session-get-action
                  parameters:
                    sessionId: "${header.session}"
              - setBody:
                  id: answer-here
                  simple: "${body.tenant}"
      """;

  private static final String ROUTES_WITHOUT_CALLER =
      """
      - route:
          id: own-timer
          description: Starts three sessions without a caller
          from:
            uri: timer:own-timer
            parameters:
              repeatCount: 1
            steps:
              - to:
                  id: start-of-setting
                  uri: kamelet:session-start-action
                  parameters:
                    image: "busybox:1"
              - setBody:
                  id: same-request
                  simple: "${null}"
              - to:
                  id: start-of-option
                  uri: kamelet:session-start-action
                  parameters:
                    image: "busybox:1"
                    tenant: blue
              - setBody:
                  id: same-request-again
                  simple: "${null}"
              - to:
                  id: start-of-another-option
                  uri: kamelet:session-start-action
                  parameters:
                    image: "busybox:1"
                    tenant: red
      - route:
          id: own-events
          description: Reads each session that runs, as its own tenant
          from:
            uri: kamelet:session-events-source
            parameters:
              tenant: blue
            steps:
              - to:
                  id: read-again
                  uri: kamelet:session-get-action
              - log:
                  id: heard
                  logName: tenant-events
                  message: "${body.tenant} ${body.id}"
      """;

  @Test
  void custom_route_acts_for_its_caller_regardless_of_headers_properties_and_options()
      throws Exception {
    // Given
    try (Server server = start(Map.of(Settings.ROUTES_TENANT.key(), "red"), OWN_ROUTES)) {
      Api red = new Api(server.url(), RED);
      Api blue = new Api(server.url(), BLUE);
      String id = red.session();
      Map<String, String> evil =
          Map.of("CamelPodTenant", "red", "CaravanseraiPrincipal", "red", "tenant", "red");

      // When
      Answer own = red.get("/own/read/" + id);
      Answer others = blue.later("GET", "/own/read/" + id + "?tenant=red", null, evil).join();
      Answer another = red.get("/own/blue/" + id);
      Answer forgotten = blue.get("/own/forget/" + id);
      Answer remembered = red.get("/own/forget/" + id);

      // Then
      assertThat(own.text()).isEqualTo("red");
      assertThat(others.status()).as(others.text()).isEqualTo(404);
      assertThat(forgotten.status()).as(forgotten.text()).isEqualTo(404);
      assertThat(remembered.text()).isEqualTo("red");
      assertThat(another.status()).as(another.text()).isEqualTo(403);
      assertThat(another.field("code")).isEqualTo("NOT_PERMITTED");
      assertThat(another.field("detail")).contains("tenant blue", "tenant red");
      red.stopAll();
    }
  }

  @Test
  void route_without_a_caller_acts_for_the_tenant_of_its_option_or_the_setting() throws Exception {
    // Given
    try (CapturedLog told = new CapturedLog("tenant-events");
        Server server = start(Map.of(Settings.ROUTES_TENANT.key(), "red"), ROUTES_WITHOUT_CALLER)) {
      Api red = new Api(server.url(), RED);
      Api blue = new Api(server.url(), BLUE);

      // Then
      await().until(() -> sessions(red).size() == 2 && sessions(blue).size() == 1);
      String heard = "blue " + sessions(blue).get(0);
      await().until(() -> told.lines().contains(heard));
      assertThat(told.lines()).allMatch(heard::equals);
      sessions(red).forEach(id -> red.call("DELETE", "/v1/sessions/" + id, null));
      blue.call("DELETE", "/v1/sessions/" + sessions(blue).get(0), null);
      await().until(() -> sessions(red).isEmpty() && sessions(blue).isEmpty());
    }
  }

  private static List<String> sessions(Api api) {
    return api.get("/v1/sessions").body().path("items").findValuesAsText("id");
  }

  private static Server start(Map<String, String> more, String routes) throws Exception {
    Map<String, String> settings = settings();
    settings.putAll(more);
    Path file = Files.createTempFile("own", ".camel.yaml");
    return Server.start(Settings.of(settings), List.of(Files.writeString(file, routes).toString()));
  }

  private static Map<String, String> settings() throws Exception {
    Path home = Files.createTempDirectory("caravanserai-tenants");
    String keys =
        """
        - {name: red, tenant: red, scopes: ['*'], key: %s}
        - {name: blue, tenant: blue, scopes: ['*'], key: %s}
        - {name: reader, tenant: red, scopes: ['sessions:read'], key: %s}
        """
            .formatted(RED, BLUE, READER);
    return TestServer.settings(home, keys);
  }
}
