package dev.caravanserai.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A mistake in a Kamelet stops the start, with the Kamelet's own file. */
class BrokenKameletsTest {
  private static final String OWN =
      """
      apiVersion: camel.apache.org/v1
      kind: Kamelet
      metadata:
        name: own-action
      spec:
        definition:
          title: Own
          required: [what]
          properties:
            what: {type: string}
            times: {type: integer, default: 1}
        template:
          from:
            uri: kamelet:source
            steps:
              - to:
                  uri: kamelet:session-exec-action
                  parameters:
                    sessionId: s
                    script: "{{what}}"
                    timeout: "{{times}}"
      """;

  @TempDir private Path home;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{{what}}|{{wat}}|{{wat}} is neither one of its properties nor a setting. Did you mean what?",
        "{{times}}|{{?tmes}}|{{?tmes}} is neither one of its properties nor a setting. Did you mean times?",
        "{{times}}|{{tmes:5}}|{{tmes:5}} is neither one of its properties nor a setting. Did you mean times?",
        "{{times}}|{{no.such}}|{{no.such}} is neither one of its properties nor a setting.",
        "name: own-action|name: own|its metadata.name must be own-action, as the name of the file says.",
        "kind: Kamelet|kind: Kamlet|its kind must be Kamelet.",
        "template:|templat:|/spec/templat is unknown. Did you mean template?",
        "template:|templat:|it has no spec.template with from and its uri.",
        "definition:|dependencis:|/spec/dependencis is unknown. Did you mean dependencies?",
        "title: Own|foo: bar|/spec/definition/foo is unknown.",
        "kind: Kamelet|kynd: Kamelet|/kynd is unknown. Did you mean kind?",
        "steps:|parameters:|its template has no steps below from, so it would do nothing.",
        "kamelet:source|timer:x|its template begins at timer:x; it must begin at kamelet:source",
        "type: integer|type: intger|the property times cannot be of type intger. Did you mean integer?",
        "title: Own|title: [Own|line 8",
      })
  void mistake_in_a_kamelet_stops_the_start_with_its_file(String right, String wrong, String told)
      throws Exception {
    assertThat(messageOf(OWN.replace(right, wrong), "what: x"))
        .startsWith("Route mine in file:%s/mine.camel.yaml, line 6 cannot run: ".formatted(home))
        .contains("file:%s/own-action.kamelet.yaml: ".formatted(home), told);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "script:|scrip:|kamelet:session-exec-action has no scrip. Did you mean script?",
        "session-exec-action|session-exc-action|there is no Kamelet session-exc-action. Did you mean session-exec-action?",
        "kamelet:session-exec-action|lgo:x|there is no component lgo. Did you mean log?"
      })
  void mistake_in_a_step_of_a_kamelet_stops_the_start_with_its_file_and_line(
      String right, String wrong, String told) throws Exception {
    assertThat(messageOf(OWN.replace(right, wrong), "what: x"))
        .startsWith(
            "Route mine in file:%1$s/mine.camel.yaml, line 6 by file:%1$s/own-action.kamelet.yaml, line 16 cannot run: %2$s"
                .formatted(home, told));
  }

  @Test
  void file_of_a_kamelet_that_is_not_read_is_named() throws Exception {
    // Given
    Files.writeString(home.resolve("other-action.kamelet.yml"), OWN);

    // When
    String message =
        messageOf(
            "- route: {id: mine, from: {uri: 'direct:x', steps: [to: 'kamelet:other-action']}}");

    // Then
    assertThat(message)
        .contains(
            "there is no Kamelet other-action. file:%s/other-action.kamelet.yml is not read: its name must end with .kamelet.yaml."
                .formatted(home));
  }

  @Test
  void required_parameter_that_a_route_leaves_out_stops_the_start_with_its_line() throws Exception {
    assertThat(messageOf(OWN, "times: 2"))
        .startsWith(
            "Route mine in file:%s/mine.camel.yaml, line 6 cannot run: kamelet:own-action needs the parameter what."
                .formatted(home));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{{camel.main.name}}",
        "{{?no.such.setting}}",
        "{{no.such.setting:x}}",
        "{{env:HOME}}",
        "\\\\{{.State}}"
      })
  void placeholder_of_a_setting_in_a_kamelet_starts(String placeholder) throws Exception {
    assertThat(messageOf(OWN.replace("{{what}}", placeholder), "what: x")).isEqualTo("STARTED");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{{greeting:Hello}}",
        "{{?greeting}}",
        "{{what?nested=false}}",
        "{{?what?nested=true}}",
        "a '{{'x'}}' b",
        "{{{{env:NO_SUCH:camel}}.main.name}}",
      })
  void placeholder_that_camel_resolves_starts(String placeholder) throws Exception {
    String step = "steps:\n        - log: \"%s\"".formatted(placeholder);
    assertThat(messageOf(OWN.replace("steps:", step), "what: x")).isEqualTo("STARTED");
  }

  @ParameterizedTest
  @CsvSource({"maxTimes, max-times", "max-times, maxTimes", "max-times, max-times"})
  void property_in_camel_case_or_with_dashes_is_the_same(String property, String placeholder)
      throws Exception {
    String kamelet = OWN.replace("times:", property + ":").replace("{{times}}", "{{%s}}");
    assertThat(messageOf(kamelet.formatted(placeholder), "what: x")).isEqualTo("STARTED");
  }

  @Test
  void alias_in_a_kamelet_starts() throws Exception {
    String kamelet =
        OWN.replace("what: {type: string}", "what: &type {type: string}\n      more: *type");
    assertThat(messageOf(kamelet, "what: x, more: y")).isEqualTo("STARTED");
  }

  @Test
  void required_name_that_is_no_property_is_ignored() throws Exception {
    assertThat(messageOf(OWN.replace("[what]", "[what, token]"), "what: x")).isEqualTo("STARTED");
  }

  @Test
  void source_that_begins_at_the_source_of_an_action_stops_the_start() throws Exception {
    // Given
    Files.writeString(
        home.resolve("own-source.kamelet.yaml"), OWN.replace("own-action", "own-source"));
    String route =
        "- route: {id: mine, from: {uri: 'kamelet:own-source?what=x', steps: [to: 'log:x']}}";

    // Then
    assertThat(messageOf(route))
        .contains(
            "own-source.kamelet.yaml: its template begins at kamelet:source; that of a source begins at a component");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "to: kamelet:a-action",
        "to: kamelet://a-action",
        "to: 'kamelet:a-action?what=y'",
        "to: {uri: 'kamelet:a-action/other'}",
        "to: '{{no.such:kamelet:a-action}}'",
        "toD: kamelet:a-action",
        "wireTap: {uri: 'kamelet:a-action', dynamicUri: false}",
        "enrich: {constant: 'kamelet:a-action'}",
        "enrich: {simple: 'kamelet:a-action?what=y'}",
        "pollEnrich: {constant: 'kamelet:a-action'}",
        "poll: kamelet:a-action",
        "recipientList: {constant: 'log:x,kamelet:a-action'}",
        "kamelet: a-action",
        "kamelet: {name: a-action}",
        "multicast: {steps: [to: 'kamelet:a-action']}",
        "choice: {when: [{simple: '${body}', steps: [to: 'kamelet:a-action']}]}",
        "choice: {when: [{simple: '${body}', steps: [log: x]}], otherwise: {steps: [to: 'kamelet:a-action']}}",
        "doTry: {steps: [log: x], doCatch: [{exception: [java.lang.Exception], steps: [to: 'kamelet:a-action']}]}",
      })
  void kamelet_that_uses_itself_stops_the_start_with_file_and_line(String step) throws Exception {
    // Given
    kamelet("a-action", step);

    // Then
    assertThat(messageOf(routeTo("to: kamelet:a-action")))
        .startsWith("Route mine in file:%s/mine.camel.yaml, line 7".formatted(home))
        .contains(
            "the Kamelet a-action uses itself: a-action uses a-action (file:%s/a-action.kamelet.yaml, line 1"
                .formatted(home));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "to: kamelet:b-action|to: kamelet:a-action",
        "toD: kamelet:b-action|enrich: {constant: 'kamelet:a-action'}",
        "to: 'kamelet:b-action?what=y'|to: 'kamelet:a-action?what=y'",
        "to: '{{no.such:kamelet:b-action}}'|to: '{{no.such:kamelet:a-action}}'",
      })
  void kamelets_that_use_each_other_stop_the_start_with_the_cycle(String first, String second)
      throws Exception {
    // Given
    kamelet("a-action", first);
    kamelet("b-action", second);

    // Then
    assertThat(messageOf(routeTo("to: kamelet:session-list-action, to: kamelet:a-action")))
        .contains(
            " uses b-action (file:%s/a-action.kamelet.yaml, line 1".formatted(home),
            " uses a-action (file:%s/b-action.kamelet.yaml, line 1".formatted(home));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "toD: kamelet:a-action",
        "enrich: {constant: 'kamelet:a-action'}",
        "kamelet: a-action",
        "wireTap: {uri: 'kamelet:a-action', dynamicUri: false}",
        "to: kamelet:outer-action",
        "enrich: {constant: 'kamelet:outer-action'}",
      })
  void cycle_that_a_route_reaches_by_any_step_stops_the_start(String step) throws Exception {
    // Given
    kamelet("outer-action", "toD: kamelet:a-action");
    kamelet("a-action", "toD: kamelet:b-action");
    kamelet("b-action", "to: kamelet:a-action");

    // Then
    assertThat(messageOf(routeTo(step)))
        .contains("uses itself: a-action uses b-action", "line 11) uses a-action");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"log: kamelet:a-action", "setBody: {constant: 'kamelet:a-action'}", "to: log:x"})
  void kamelet_that_only_names_itself_starts(String step) throws Exception {
    // Given
    kamelet("a-action", step);

    // Then
    assertThat(messageOf(routeTo("to: kamelet:a-action"))).isEqualTo("STARTED");
  }

  @Test
  void source_that_begins_at_a_source_stops_the_start_with_its_file() throws Exception {
    for (String other : List.of("session-events-source", "own-source?what=y")) {
      // Given
      Files.writeString(
          home.resolve("own-source.kamelet.yaml"),
          OWN.replace("own-action", "own-source").replace("kamelet:source", "kamelet:" + other));
      String route =
          "- route: {id: mine, from: {uri: 'kamelet:own-source?what=x', steps: [to: 'log:x']}}";

      // Then
      assertThat(messageOf(route))
          .contains(
              "file:%s/own-source.kamelet.yaml: its template begins at kamelet:%s; that of a source begins at a component, such as pod:events"
                  .formatted(home, other));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "kamelet:own-source?what=y",
        "kamelet:own-source?what={{what}}y",
        "kamelet:session-events-source",
        "kamelet:source",
        "{{what}}"
      })
  void source_of_a_route_file_that_begins_at_a_kamelet_stops_the_start(String from)
      throws Exception {
    // Given
    String template =
        """
        - routeTemplate:
            id: own-source
            parameters: [{name: what}]
            from:
              uri: "%s"
              steps: [to: 'kamelet:sink']
        """
            .formatted(from);
    String route =
        """
        - route:
            id: mine
            from:
              uri: kamelet:own-source
              parameters: {what: "kamelet:session-events-source"}
              steps: [to: 'log:x']
        """;

    // Then
    assertThat(messageOf(template + route))
        .contains(
            "mine.camel.yaml, line ",
            "the template of kamelet:own-source begins at kamelet:",
            "that of a source begins at a component");
  }

  @Test
  void source_whose_beginning_is_a_placeholder_of_a_component_starts() throws Exception {
    // Given
    Files.writeString(
        home.resolve("own-source.kamelet.yaml"),
        OWN.replace("own-action", "own-source").replace("kamelet:source", "'{{what}}'"));
    String route =
        "- route: {id: %1$s, from: {uri: 'kamelet:own-source?what=%2$s', steps: [to: 'log:x']}}\n";

    // Then
    assertThat(messageOf(route.formatted("mine", "direct:own"))).isEqualTo("STARTED");
    assertThat(messageOf(route.formatted("mine", "kamelet:session-events-source")))
        .contains(
            "the template of kamelet:own-source begins at kamelet:session-events-source; that of a source");
  }

  @Test
  void kamelets_that_call_each_other_for_different_routes_start() throws Exception {
    // Given
    kamelet("retry-action", "to: 'kamelet:{{what:session-list-action}}'");
    kamelet("log-action", "to: 'kamelet:{{what:session-list-action}}'");

    // Then
    assertThat(
            messageOf(
                routeTo(
                    "to: 'kamelet:retry-action?what=log-action', to: 'kamelet:log-action?what=retry-action'")))
        .isEqualTo("STARTED");
    assertThat(messageOf(routeTo("to: 'kamelet:log-action?what=log-action'")))
        .contains("the Kamelet log-action uses itself: log-action uses log-action");
  }

  @Test
  void kamelet_that_several_steps_use_starts() throws Exception {
    // Given
    Files.writeString(
        home.resolve("other-action.kamelet.yaml"), OWN.replace("own-action", "other-action"));
    String use = "{to: 'kamelet:other-action?what=%1$s'}, {toD: 'kamelet:other-action?what=%1$s+'}";
    Files.writeString(
        home.resolve("own-action.kamelet.yaml"),
        OWN.replaceFirst(
            "(?s)steps:.*", "steps: [" + use.formatted("a") + ", " + use.formatted("b") + "]\n"));
    String route = "- route: {id: %1$s, from: {uri: 'direct:%1$s', steps: [%2$s]}}\n";

    // When, Then
    assertThat(
            messageOf(
                route.formatted("one", "{to: 'kamelet:own-action?what=x'}, " + use.formatted("c"))
                    + route.formatted(
                        "two",
                        use.formatted("d")
                            + ", {kamelet: {name: 'other-action?what=e'}}, {log: x}")))
        .isEqualTo("STARTED");
  }

  private void kamelet(String name, String step) throws Exception {
    Files.writeString(
        home.resolve(name + ".kamelet.yaml"),
        """
        apiVersion: camel.apache.org/v1
        kind: Kamelet
        metadata: {name: %s}
        spec:
          definition: {title: Own, properties: {what: {type: string}}}
          template:
            from:
              uri: kamelet:source
              steps:
                - log: x
                - %s
        """
            .formatted(name, step));
  }

  private static String routeTo(String step) {
    return """
        - route:
            id: mine
            from:
              uri: direct:mine
              steps:
                - log: x
                - %s
        """
        .formatted(step.replace(", to:", "\n        - to:"));
  }

  private String messageOf(String kamelet, String parameter) throws Exception {
    Files.writeString(home.resolve("own-action.kamelet.yaml"), kamelet);
    String route =
        """
        - route:
            id: mine
            from:
              uri: direct:mine
              steps:
                - to:
                    uri: kamelet:own-action
                    parameters: {%s}
        """
            .formatted(parameter);
    return messageOf(route);
  }

  private String messageOf(String route) throws Exception {
    Path file = Files.writeString(home.resolve("mine.camel.yaml"), route);
    return BrokenRoutesTest.messageOf(Path.of("routes"), home, List.of(file.toString()));
  }
}
