package dev.caravanserai.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** No route takes the requests of another, and no operation is without a scope. */
class EntrancesTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({
    "/v1/sessions,                             route own; GET /v1/sessions",
    "/v1/sessions/mine?httpMethodRestrict=GET, route own; GET /v1/sessions/{id}",
    "/v1/sessions/{x}?httpMethodRestrict=DELETE, route own; DELETE /v1/sessions/{id}",
    "/other/{a},                               route own; route other",
    "/observe/health,                          route own; the server",
    "/v1/docs,                                 route own; the server",
    "/v1/*,                                    route own; the server",
    "/v1/mine?matchOnUriPrefix=true,           route own; the server",
    "/observe/*,                               route own; the server",
  })
  void route_that_overlaps_another_stops_the_start(String path, String named) {
    // When
    List<String> told = told(start(path));

    // Then
    assertThat(told)
        .anySatisfy(
            message ->
                assertThat(message).contains(List.of(named.split("; "))).contains("another"));
  }

  @ParameterizedTest
  @CsvSource({
    "/v1/sessions?httpMethodRestrict=PUT",
    "/v1/sessions/{id}/more",
    "/*",
    "/other?httpMethodRestrict=GET",
  })
  void routes_that_do_not_overlap_start(String path) {
    assertThat(start(path)).isNull();
  }

  @Test
  void prefix_route_matches_no_path_of_the_server() {
    RouteBuilder all =
        new RouteBuilder() {
          @Override
          public void configure() {
            from("platform-http:/?matchOnUriPrefix=true").setBody(constant("mine"));
          }
        };
    try (ApiServer api = new ApiServer(all)) {
      // Given
      HttpServer server = api.server();
      var put = server.request("/v1/sessions/a").PUT(BodyPublishers.ofString("{}"));

      // Then
      assertThat(server.send(put).statusCode()).isEqualTo(405);
      for (String path : List.of("/v1", "/v1/nothing", "/%76%31/nothing", "/observe/nothing")) {
        assertThat(server.get(path).statusCode()).as(path).isEqualTo(404);
      }
      for (String path : List.of("/", "/other", "/v1x", "/other/v1/x")) {
        assertThat(server.get(path).body()).as(path).isEqualTo("mine");
      }
    }
  }

  @Test
  void operation_without_a_scope_stops_the_start() throws IOException {
    // Given
    String contract = Files.readString(Path.of("config/openapi/caravanserai.yaml"));
    Path file = folder.resolve("mine.yaml");
    Files.writeString(file, contract.replace("      x-scope: exec\n", ""));

    // When
    List<String> told = told(start("/own", "file:" + file));

    // Then
    assertThat(told)
        .anySatisfy(
            message -> assertThat(message).contains(file.toString(), "execInSession", "x-scope"));
  }

  @Test
  void operation_with_an_unknown_scope_stops_the_start() throws IOException {
    // Given
    String contract = Files.readString(Path.of("config/openapi/caravanserai.yaml"));
    Path file = folder.resolve("mine.yaml");
    Files.writeString(file, contract.replace("x-scope: exec\n", "x-scope: exce\n"));

    // When
    List<String> told = told(start("/own", "file:" + file));

    // Then
    assertThat(told)
        .anySatisfy(
            message ->
                assertThat(message)
                    .contains(file.toString(), "execInSession", "exce", "Did you mean exec?"));
  }

  @Test
  void parameter_with_the_name_of_the_media_type_variable_stops_the_start() throws IOException {
    // Given
    String contract = Files.readString(Path.of("config/openapi/caravanserai.yaml"));
    Path file = folder.resolve("mine.yaml");
    Files.writeString(file, contract.replace("- name: label\n", "- name: mediaType\n"));

    // When
    List<String> told = told(start("/own", "file:" + file));

    // Then
    assertThat(told)
        .anySatisfy(
            message -> assertThat(message).contains(file.toString(), "listSessions", "mediaType"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "maxLength: 255 | maxLenght: 255 | maxLenght                | did you mean maxLength?",
        "maximum: 500   | maximun: 500   | /get/parameters/         | did you mean maximum?",
        "maximum: 500   | maximum: many  | /schema/maximum          | must be a number",
        "format: password | format: pasword | /format              | must be date-time, date, time",
        "type: integer  | type: intger   | /type                    | must be string, number, integer",
        "type: boolean, default: false | type: array, items: { enum: [a, b] }, default: [c] | the default of /query/wait/0 of operation | must be a or b",
        "default: false | default: nay   | the default of /query/wait of operation stopSession | must be true or false",
        "name: id       | name: idd      | a parameter idd in the path | has no {idd}",
        "schema: {      | shema: {       | /shema                   | did you mean schema?",
        "responses:     | reponses:      | /reponses                | did you mean responses?",
      })
  void rule_that_json_schema_does_not_have_stops_the_start_with_its_place(
      String right, String wrong, String place, String advice) throws IOException {
    // Given
    String contract = Files.readString(Path.of("config/openapi/caravanserai.yaml"));
    Path file = folder.resolve("mine.yaml");
    Files.writeString(file, contract.replace(right, wrong));

    // When
    List<String> told = told(start("/own", "file:" + file));

    // Then
    assertThat(told)
        .anySatisfy(message -> assertThat(message).contains(file.toString(), place, advice));
  }

  private static Throwable start(String path) {
    return start(path, "file:config/openapi/caravanserai.yaml");
  }

  private static Throwable start(String path, String contract) {
    return catchThrowable(
        () ->
            HttpServer.with(
                    Map.of(),
                    "false",
                    new RouteBuilder() {
                      @Override
                      public void configure() {
                        rest().openApi().specification(contract).missingOperation("ignore");
                        for (String name : List.of("listSessions", "getSession", "stopSession")) {
                          from("direct:" + name).setBody(constant(name));
                        }
                        from("platform-http:/other/{x}").routeId("other").setBody(constant("x"));
                        from("platform-http:" + path).routeId("own").setBody(constant("x"));
                      }
                    })
                .close());
  }

  private static List<String> told(Throwable thrown) {
    List<String> messages = new ArrayList<>();
    for (Throwable t = thrown; t != null; t = t.getCause()) {
      messages.add(String.valueOf(t.getMessage()));
    }
    return messages;
  }
}
