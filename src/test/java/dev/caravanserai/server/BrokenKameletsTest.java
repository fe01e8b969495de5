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
            "own-source.kamelet.yaml: its template begins at kamelet:source; that of a source");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "to: kamelet:own-action?what=y",
        "wireTap: {uri: 'kamelet:own-action?what=y', dynamicUri: false}",
      })
  void kamelet_that_uses_itself_stops_the_start_with_file_and_line(String step) throws Exception {
    // Given
    String steps = "steps:\n        - to: kamelet:session-list-action\n        - " + step;

    // When
    String message = messageOf(OWN.replace("steps:", steps), "what: x");

    // Then
    assertThat(message)
        .startsWith(
            "Route mine in file:%1$s/mine.camel.yaml, line 6 by file:%1$s/own-action.kamelet.yaml, line 1"
                .formatted(home))
        .contains("the Kamelet own-action uses itself: own-action uses own-action.");
  }

  @Test
  void kamelets_that_use_each_other_stop_the_start_with_the_cycle() throws Exception {
    // Given
    String step = "steps:\n        - to: kamelet:%s-action?what=y";
    Files.writeString(
        home.resolve("other-action.kamelet.yaml"),
        OWN.replace("own-action", "other-action").replace("steps:", step.formatted("own")));

    // When
    String message = messageOf(OWN.replace("steps:", step.formatted("other")), "what: x");

    // Then
    assertThat(message)
        .contains(
            "other-action.kamelet.yaml, line 16 cannot run: ",
            "the Kamelet own-action uses itself: own-action uses other-action uses own-action.");
  }

  @Test
  void source_that_begins_at_itself_stops_the_start_with_file_and_line() throws Exception {
    // Given
    Files.writeString(
        home.resolve("own-source.kamelet.yaml"),
        OWN.replace("own-action", "own-source")
            .replace("kamelet:source", "kamelet:own-source?what=y"));
    String route =
        "- route: {id: mine, from: {uri: 'kamelet:own-source?what=x', steps: [to: 'log:x']}}";

    // When, Then
    assertThat(messageOf(route))
        .contains(
            "own-source.kamelet.yaml, line 13 cannot run: ",
            "the Kamelet own-source uses itself: own-source uses own-source.");
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
