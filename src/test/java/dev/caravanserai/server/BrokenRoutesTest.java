package dev.caravanserai.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravanserai.CapturedLog;
import dev.caravanserai.component.PodServices;
import dev.caravanserai.contract.Contract;
import dev.caravanserai.http.ApiKeys;
import dev.caravanserai.life.MemoryCluster;
import dev.caravanserai.profile.Profiles;
import dev.caravanserai.settings.Settings;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A mistake in a route stops the start, with file, line, mistake and nearest valid word. */
class BrokenRoutesTest {
  private static final Contract CONTRACT = Contract.load();

  private static final String SAME_ID = "to:\n            id: same\n            uri: log:x";

  @TempDir private Path home;

  @Test
  void other_yaml_file_in_the_folder_of_routes_is_named_in_a_warning(@TempDir Path folder)
      throws Exception {
    // Given
    for (String name : List.of("good.camel.yaml", "mine.yaml", "mine.yml", "notes.md")) {
      Files.writeString(folder.resolve(name), "");
    }

    // When
    try (CapturedLog log = new CapturedLog("dev.caravanserai.server.RouteFiles")) {
      new RouteFiles(folder, folder, List.of());

      // Then
      assertThat(log.lines())
          .allMatch(line -> line.contains("is not loaded"))
          .extracting(line -> Path.of(line.split(" ")[0]).getFileName().toString())
          .containsExactly("mine.yaml", "mine.yml");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "to: lgo:x|there is no component lgo. Did you mean log?",
        "to: cron:x|there is no component cron. One of Camel that this server lacks needs the artifact org.apache.camel:camel-cron in pom.xml",
        "to: kamelet:session-strt-action|there is no Kamelet session-strt-action. Did you mean session-start-action?",
        "to: kamelet:session-start-action?lifetme=3|kamelet:session-start-action has no lifetme. Did you mean lifetime?",
        "toD: kamelet:session-start-action?lifetme=3|kamelet:session-start-action has no lifetme. Did you mean lifetime?",
        "to: kamelet:session-start-action?lifetime=0|lifetime of kamelet:session-start-action is \"0\", but it must be a whole number of at least 1",
        "to: kamelet:session-start-action?lifetime=-5|is \"-5\", but it must be a whole number of at least 1",
        "to: kamelet:session-start-action?lifetime=1.5|is \"1.5\", but it must be a whole number of at least 1",
        "to: kamelet:session-start-action?lifetime=soon|is \"soon\", but it must be a whole number of at least 1",
        "to: kamelet:session-start-action?profile=defualt|profile is \"defualt\", but it must be one of autogen, default, hypha, raworc",
        "to: kamelet:session-start-action?image=UPPER:1|image is \"UPPER:1\", but it must be an image reference such as registry/name:tag",
        "to: 'kamelet:session-start-action?image=:::'|image is \":::\", but it must be an image reference",
        "to: kamelet:session-exec-action?timeout=soon|timeout is \"soon\", but it must be a whole number.",
        "to: kamelet:session-exec-action?script=a && b|& has to be in RAW(…)",
        "to: kamelet:session-exec-action?script=a & b|& has to be in RAW(…)",
        "to: kamelet:session-exec-action?script={{.State}}|there is no property .State",
        "to: log:{{camel.main.nme}}|there is no property camel.main.nme. Did you mean camel.main.name?",
        "to: kamelet:session-${header.x}-action|the name of a Kamelet cannot have an expression, whose value would become part of a URI: use choice,",
        "toD: kamelet:session-${header.x}-action|the name of a Kamelet cannot have an expression, whose value would become part of a URI: use choice,",
        "to: log:x?levl=INFO|log has no option levl. Did you mean level?",
        "to: pod:lst|pod: has no operation lst. Did you mean list?",
        "setBody: {simple: '${boddy}'}|Simple has no function boddy. Did you mean body?",
        "setBody: {language: {language: smple, expression: x}}|there is no language smple. Did you mean simple?",
        "doTry: {steps: [to: 'log:x'], doCatch: [{exception: [dev.caravanserai.FailureException], steps: [to: 'log:y']}]}|there is no class dev.caravanserai.FailureException. Did you mean dev.caravanserai.session.FailureException?",
        "marshal: {custom: {ref: jsn}}|there is no data format jsn.",
        "filter: {simple: '${body} = 1', steps: [to: 'log:x']}|Simple cannot read \"${body} = 1\" at character 9: Unexpected token =.",
        "setBody: {simple: '${body.stdout.text'}|Simple cannot read \"${body.stdout.text\" at character 18: expected } before its end.",
        "setBody: {jq: '.a ['}|the expression \".a [\" has a mistake: Encountered \"<EOF>\" at line 1, column 4.",
        "setBody: {}|an expression is missing, such as simple, constant or jq.",
        "log: {}|message is missing.",
        "kamelet: {}|name is missing.",
        "to: http:x?connectTimeout=soon|connectTimeout is \"soon\", but it must be a whole number.",
        "to: seda:m?size=many|size is \"many\", but it must be a whole number.",
        "to: kubernetes-pods:client?operation=listPod|there is no operation listPod. Did you mean listPods?",
        "wireTap: {uri: 'lgo:x'}|there is no component lgo. Did you mean log?",
        "bean: {beanType: no.such.Type}|there is no class no.such.Type.",
        "log: {message: x, loggingLevel: INFOO}|there is no INFOO. Did you mean INFO? It can be DEBUG",
      })
  void mistake_in_a_step_stops_the_start(String step, String told) throws Exception {
    // When
    String message = messageOf("mine.camel.yaml", route("direct:mine", step));

    // Then
    assertThat(message)
        .startsWith("Route mine in file:%s/mine.camel.yaml, line ".formatted(home))
        .contains(told)
        .endsWith("Correct that and start again: nothing was started.")
        .hasLineCount(2);
  }

  @Test
  void nested_step_with_a_mistake_is_reported_with_its_line() throws Exception {
    // Given
    String route =
        """
        - route:
            id: mine
            from:
              uri: direct:mine
              steps:
                - choice:
                    when:
                      - simple: "${body} == 1"
                        steps:
                          - to: log:first
                          - to:
                              uri: kamelet:session-start-action
                              parameters:
                                lifetime: soon
        """;

    // Then
    assertThat(messageOf("mine.camel.yaml", route)).contains("mine.camel.yaml, line 11 cannot run");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "to: direct:nowhere|no route begins with direct:nowhere.",
        "to: direct:mne|no route begins with direct:mne. Did you mean direct:mine?",
        "toD: direct://mne|no route begins with direct:mne. Did you mean direct:mine?",
        "wireTap: {uri: 'direct:mne'}|no route begins with direct:mne. Did you mean direct:mine?",
        "enrich: {constant: 'direct:mne'}|no route begins with direct:mne. Did you mean direct:mine?",
        "recipientList: {simple: 'direct:mine, direct:mne'}|no route begins with direct:mne.",
        "routingSlip: {constant: 'direct:mine,direct:mne'}|no route begins with direct:mne.",
        "to: kamelet:session-events-source|kamelet:session-events-source is a source: use it in from.",
        "kamelet: {name: session-events-source}|kamelet:session-events-source is a source: use it in from."
      })
  void step_to_an_endpoint_without_a_route_stops_the_start(String step, String told)
      throws Exception {
    assertThat(messageOf("mine.camel.yaml", route("direct:mine", step)))
        .startsWith("file:%s/mine.camel.yaml, line ".formatted(home))
        .contains(told);
  }

  @Test
  void beginning_of_a_uri_makes_no_word_similar() throws Exception {
    assertThat(messageOf("mine.camel.yaml", route("direct:mine", "to: direct:nowhere")))
        .doesNotContain("Did you mean");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "toD: direct:${body}",
        "toD: 'language:constant:direct:x'",
        "toD: {uri: 'lgo:x', ignoreInvalidEndpoint: true}",
        "wireTap: {uri: 'direct:${body}'}",
        "recipientList: {simple: '${body}'}",
        "recipientList: {constant: 'direct:mine;log:x', delimiter: ';'}",
        "recipientList: {constant: 'log:a,direct:b', delimiter: 'false'}",
        "routingSlip: {constant: 'direct:mine#log:x', uriDelimiter: '#'}",
        "enrich: {simple: 'direct:${body}'}"
      })
  void step_that_takes_its_endpoint_from_the_message_starts(String step) throws Exception {
    assertThat(messageOf("mine.camel.yaml", route("direct:mine", step))).isEqualTo("STARTED");
  }

  @Test
  void property_with_an_expression_in_toD_starts() throws Exception {
    // Given
    System.setProperty("test.target", "direct:${body}");

    // When
    String message = messageOf("mine.camel.yaml", route("direct:mine", "toD: '{{test.target}}'"));
    System.clearProperty("test.target");

    // Then
    assertThat(message).isEqualTo("STARTED");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "toD: lgo:x|there is no component lgo. Did you mean log?",
        "toD: pod:lst|pod: has no operation lst. Did you mean list?",
        "to: {uri: 'kamelet:session-exec-action', parameters: {script: {a: b}}}|a parameter of a session Kamelet is a text, not a list or a mapping.",
        "to: {uri: 'kamelet:session-exec-action', parameters: {script: [a, b]}}|a parameter of a session Kamelet is a text, not a list or a mapping.",
        "to: {uri: 'log:x', parameters: {level: [a, b]}}|a list stands in the place of a text."
      })
  void mistake_that_camel_would_report_for_a_message_stops_the_start(String step, String told)
      throws Exception {
    assertThat(messageOf("mine.camel.yaml", route("direct:mine", step)))
        .startsWith("The routes in file:%s/mine.camel.yaml, line 6 cannot run: ".formatted(home))
        .contains(told);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "setBody: x|setBody takes keys with their values: constant, ",
        "setBody: [x]|setBody takes keys with their values: constant, ",
        "choice: [x]|choice takes keys with their values",
        "setBody:|setBody takes keys with their values",
        "setHeader: x|setHeader takes keys with their values",
        "delay: 1000|delay takes keys with their values: asyncDelayed, ",
        "split: x|split takes keys with their values",
        "filter: x|filter takes keys with their values",
        "loop: 3|loop takes keys with their values",
        "choice: x|choice takes keys with their values: description, disabled, id, ",
        "choice: {when: [x]}|a text stands in the place of a map.",
        "choice: {otherwise: x}|a text stands in the place of a map.",
        "claimCheck: {operation: Set, filter: [x]}|a list stands in the place of a text.",
        "doTry: x|doTry takes keys with their values",
        "marshal: json|marshal takes keys with their values",
        "aggregate: {correlationExpression: x}|a text stands in the place of a map.",
        "doTry: {steps: x}|a text stands in the place of a list.",
        "to: {uri: 'log:x', parameters: x}|a text stands in the place of a map.",
        "filter: {simple: '${body}', steps: [x]}|a step is a key with its value, such as to: log:name."
      })
  void text_in_the_place_of_keys_stops_the_start(String step, String told) throws Exception {
    assertThat(messageOf("mine.camel.yaml", route("direct:mine", step)))
        .startsWith("The routes in file:%s/mine.camel.yaml, line 6 cannot run: ".formatted(home))
        .contains(told);
  }

  @Test
  void mistake_far_below_in_a_file_is_reported_with_its_line_and_key() throws Exception {
    // Given
    String above = route("direct:other", "to: log:" + "ü😀".repeat(1000)).replace("mine", "other");

    // Then
    assertThat(messageOf("mine.camel.yaml", above + route("direct:mine", "setBody: x")))
        .startsWith("The routes in file:%s/mine.camel.yaml, line 12 cannot run: ".formatted(home))
        .contains("setBody takes keys with their values: constant, ");
    assertThat(messageOf("mine.camel.yaml", above + route("direct:mine", "setBody: {constnt: x}")))
        .contains("/mine.camel.yaml, line 12 ", "setBody has no constnt. Did you mean constant?");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"- route: {id: mine", "- route:\n\tid: mine", "- route: 'x", "a: b: c", "- a\n b"})
  void text_that_is_no_yaml_is_reported_with_its_file_and_line(String text) throws Exception {
    assertThat(messageOf("mine.camel.yaml", text))
        .startsWith("The routes in file:%s/mine.camel.yaml, line ".formatted(home))
        .contains(" cannot run: ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "- errorHandler:",
        "- routeConfiguration:\n    id: of-mine\n    errorHandler:",
      })
  void dead_letter_channel_without_a_route_stops_the_start(String handler) throws Exception {
    // Given
    String text =
        """
        %s
              deadLetterChannel:
                deadLetterUri: direct:mne
        """
            .formatted(handler);
    String route =
        route("direct:mine", "to: log:x")
            .replace("id: mine", "id: mine\n    routeConfigurationId: of-*");

    // Then
    assertThat(messageOf("mine.camel.yaml", text + route))
        .startsWith(
            "file:%s/mine.camel.yaml, line %d: dead letters: no route begins with direct:mne. Did you mean direct:mine?\n"
                .formatted(home, text.lines().count()))
        .hasLineCount(2);
  }

  @Test
  void unknown_route_configuration_stops_the_start() throws Exception {
    // Given
    String route =
        route("direct:mine", "to: log:x")
            .replace("id: mine", "id: mine\n    routeConfigurationId: failures-to-caler");

    // Then
    assertThat(messageOf("mine.camel.yaml", route))
        .startsWith(
            "file:%s/mine.camel.yaml, line 5: there is no routeConfiguration failures-to-caler. Did you mean failures-to-caller?"
                .formatted(home));
  }

  @Test
  void route_without_from_stops_the_start_with_its_line() throws Exception {
    assertThat(messageOf("mine.camel.yaml", "- route:\n    id: mine\n"))
        .startsWith("Route mine in file:%s/mine.camel.yaml, line 1 has no from.".formatted(home));
  }

  @Test
  void openapi_file_that_cannot_be_used_stops_the_start_and_is_named_with_the_line_of_its_route()
      throws Exception {
    // Given
    Path file = home.resolve("mine.yaml");
    String rest = "- rest:\n    openApi:\n      specification: file:" + file;
    String place = "The routes in file:%s/mine.camel.yaml, line 3 cannot run: ".formatted(home);

    // Then
    assertThat(messageOf("mine.camel.yaml", rest))
        .startsWith(place + "file:%s cannot be read: ".formatted(file));

    // When
    Files.writeString(file, "a: [");

    // Then
    assertThat(messageOf("mine.camel.yaml", rest))
        .startsWith(place + "file:%s cannot be used: it is not YAML: ".formatted(file));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "tmer:mine|there is no component tmer. Did you mean timer?",
        "timer:mine?perod=5|timer has no option perod. Did you mean period?",
        "timer:mine?period=abc|period is \"abc\", but it must be a time: milliseconds, or such as 5s or 1m30s.",
        "timer:mine?period=2x|period is \"2x\"",
        "timer:mine?period=1,000|period is \"1,000\"",
        "timer:mine?period=1sec|period is \"1sec\"",
        "timer:mine?period=1 minute|period is \"1 minute\"",
        "timer:mine?period=-5|period is \"-5\"",
        "timer:mine?repeatCount=abc|repeatCount is \"abc\", but it must be a whole number.",
        "timer:mine?fixedRate=ja|fixedRate is \"ja\", but it must be true or false.",
        "scheduler:mine?delay=abc|delay is \"abc\", but it must be a time",
        "scheduler:mine?delay=-5|delay is \"-5\"",
        "quartz:mine?cron=every+day|cron is \"every day\", but it must be a cron expression of Quartz such as 0 30 6 * * ?: Illegal characters",
        "quartz:mine?cron=0+0+25+*+*+?|cron is \"0 0 25 * * ?\", but it must be a cron expression of Quartz such as 0 30 6 * * ?: Hour values must be between 0 and 23",
        "kamelet:session-stop-action|kamelet:session-stop-action is no source: use it in to."
      })
  void mistake_in_from_stops_the_start(String uri, String told) throws Exception {
    assertThat(messageOf("mine.camel.yaml", route(uri, "to: log:x")))
        .contains("file:%s/mine.camel.yaml, line 4".formatted(home))
        .contains(told);
  }

  @Test
  void second_route_of_the_same_id_stops_the_start() throws Exception {
    // Given
    String two = route("direct:one", "to: log:x") + route("direct:two", "to: log:x");

    // Then
    assertThat(messageOf("mine.camel.yaml", two))
        .isEqualTo(
            "Route mine in file:%1$s/mine.camel.yaml, line 10 has the id of another in file:%1$s/mine.camel.yaml, line 4. Give each route and each step an id of its own."
                .formatted(home));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "platform-http:/mine|mine.camel.yaml, line 10 cannot run: route mine (file:%1$s/mine.camel.yaml, line 4) begins at platform-http:///mine too: give each a path or name of its own.",
        "platform-http:/mine?httpMethodRestrict=GET|route other (mine.camel.yaml:10) takes GET /mine, but route mine (mine.camel.yaml:4) takes /mine already: give one of them another path or method",
      })
  void second_route_of_the_same_path_stops_the_start_with_its_line(String uri, String told)
      throws Exception {
    // Given
    String two =
        route("platform-http:/mine", "to: log:x")
            + route(uri, "to: log:x").replace("id: mine", "id: other");

    // Then
    assertThat(messageOf("mine.camel.yaml", two)).contains(told.formatted(home)).hasLineCount(2);
  }

  @Test
  void route_that_starts_first_is_the_other_one_of_the_same_name() throws Exception {
    // Given
    String later = "id: mine\n    startupOrder: 20";
    String first = "id: other\n    startupOrder: 10";
    String two =
        route("direct:one", "to: log:x").replace("id: mine", later)
            + route("direct:one", "to: log:x").replace("id: mine", first);

    // Then
    assertThat(messageOf("mine.camel.yaml", two))
        .startsWith(
            "Route mine in file:%1$s/mine.camel.yaml, line 5 cannot run: route other (file:%1$s/mine.camel.yaml, line 12) begins at direct://one too"
                .formatted(home));
  }

  @Test
  void a_second_step_of_the_same_id_stops_the_start_and_names_both_places() throws Exception {
    // Given
    String two =
        route("direct:one", SAME_ID)
            + route("direct:two", SAME_ID).replace("id: mine", "id: other");

    // Then
    assertThat(messageOf("mine.camel.yaml", two))
        .isEqualTo(
            "Step same in file:%1$s/mine.camel.yaml, line 14 has the id of another in file:%1$s/mine.camel.yaml, line 6. Give each route and each step an id of its own."
                .formatted(home));
  }

  @Test
  void lines_of_a_value_that_camel_would_join_stop_the_start() throws Exception {
    // Given
    String java =
        """
        public class Mine extends org.apache.camel.builder.RouteBuilder {
          @Override
          public void configure() {
            from("direct:mine").routeId("mine")
                .to("kamelet:session-exec-action?script=RAW(# c\\nexit 3)");
          }
        }
        """;

    // Then
    assertThat(messageOf("Mine.java", java))
        .contains("Route mine", "a value in a URI cannot have several lines.");
  }

  @Test
  void all_examples_can_run_together() {
    // Given
    List<String> files =
        Stream.of("timer", "webhook", "webhook-data", "policy", "failures")
            .map(name -> "examples/%s.camel.yaml".formatted(name))
            .toList();

    // Then
    assertThat(messageOf(files)).isEqualTo("STARTED");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "uri: timer:mine|4|urri: timer:mine|from has no urri. Did you mean uri?",
        "from:|3|form:|route has no form. Did you mean from?",
        "steps:|5|step:|from has no step. Did you mean steps?",
        "setBody:|6|setBdy:|there is no step setBdy. Did you mean setBody?",
        "doTry:|9|dotry:|there is no step dotry. Did you mean doTry?",
        "doFinally:|12|finally:|doTry has no finally. Did you mean doFinally?",
        "jq: .a|8|jqq: .a|setBody has no jqq. Did you mean jq?",
        "id: set|8|id: set~id: again|id is given twice, first in line 7.",
        "jq: .a|8|simple: {{my.body}}|a key has to be text; a value that begins with {{ has to be in quotes.",
      })
  void misspelt_word_in_yaml_stops_the_start_with_its_line_and_the_nearest_word(
      String right, int line, String wrong, String told) throws Exception {
    // Given
    String route =
        """
        - route:
            id: mine
            from:
              uri: timer:mine
              steps:
                - setBody:
                    id: set
                    jq: .a
                - doTry:
                    steps:
                      - to: log:x
                    doFinally:
                      steps:
                        - to: log:y
        """;

    // When
    String broken =
        route.replaceFirst(
            Pattern.quote(right),
            Matcher.quoteReplacement(wrong.replace("~", "\n" + " ".repeat(12))));

    // Then
    assertThat(messageOf("mine.camel.yaml", broken))
        .contains("file:%s/mine.camel.yaml, line %d".formatted(home, line), told);
  }

  @ParameterizedTest
  @ValueSource(strings = {"1", "0", "-1", "500", "5s", "1m30s", "2h", "100ms", "PT5S", "RAW(5s)"})
  void time_as_camel_documents_it_starts(String period) throws Exception {
    String route = route("\"timer:mine?delay=1h&period=" + period + "\"", "to: log:x");
    assertThat(messageOf("mine.camel.yaml", route)).isEqualTo("STARTED");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "onException: {exception: [no.such.Type], steps: [to: 'log:y']}|1|there is no class no.such.Type.",
        "beans: [{name: x, type: no.such.Type}]|1|there is no class no.such.Type.",
        "beans: [{name: x, type: dev.caravanserai.http.RouteScope, constructors: {'0': deploy}}]|1|scope deploy is unknown.",
        "route: x|1|route takes keys with their values",
        "rest: x|1|rest takes keys with their values",
        "onException: x|1|onException takes keys with their values",
        "errorHandler: {noErrorHandler: {}}|7|errorHandler has to stand above the first route",
        "onException: {exception: [java.lang.Exception], steps: [to: 'log:y']}|7|onException has to stand above the first route",
        "intercept: {steps: [to: 'log:y']}|7|intercept has to stand above the first route"
      })
  void mistake_outside_the_routes_stops_the_start_with_its_line(String entry, int line, String told)
      throws Exception {
    String route = route("direct:mine", "to: log:x");
    String text = "- " + entry + "\n";
    assertThat(messageOf("mine.camel.yaml", line == 1 ? text + route : route + text))
        .contains(" in file:%s/mine.camel.yaml, line %d cannot run: ".formatted(home, line), told);
  }

  @Test
  void unknown_exception_in_a_catch_is_reported_with_its_own_line() throws Exception {
    // Given
    String yaml =
        """
        - route:
            id: mine
            from:
              uri: direct:mine
              steps:
                - doTry:
                    steps:
                      - to: log:x
                    doCatch:
                      - steps:
                          - to: log:y
                        exception:
                          - no.such.Type
        """;

    // Then
    assertThat(messageOf("mine.camel.yaml", yaml))
        .contains("mine.camel.yaml, line 13 cannot run: there is no class no.such.Type.");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "from(\"direct:a\" + System.getProperty(\"no.such\").length()).to(\"log:x\");|4|NullPointerException",
        "from(\"direct:a\").tto(\"log:x\");|4|it does not compile: cannot find symbol",
        "from(\"direct:a\").to(\"lgo:x\");|4|there is no component lgo. Did you mean log?",
        "from(\"timer:a?period=abc\").to(\"log:x\");|4|period is \"abc\"",
        "from(\"direct:a\").to(\"log:x\"); onException(Exception.class).to(\"log:x\");|4|onException must be defined before"
      })
  void mistake_in_java_stops_the_start_with_its_line(String statement, int line, String told)
      throws Exception {
    // Given
    String java =
        """
        public class Mine extends org.apache.camel.builder.RouteBuilder {
          @Override
          public void configure() {
            %s
          }
        }
        """
            .formatted(statement);

    // Then
    assertThat(messageOf("Mine.java", java))
        .contains(" in file:%s/Mine.java, line %d cannot run: ".formatted(home, line), told);
  }

  @Test
  void file_that_holds_no_routes_by_its_name_is_refused() throws Exception {
    assertThat(messageOf("env.sh", "echo"))
        .isEqualTo(
            home + "/env.sh is no file of routes: its name must end with .camel.yaml or .java.");
  }

  @Test
  void unknown_method_and_scope_stop_the_start() throws Exception {
    // Given
    String method = route("platform-http:/mine?httpMethodRestrict=PSOT", "to: log:x");
    String scope =
        route("platform-http:/mine", "to: log:x")
            .replace("id: mine", "id: mine\n    routePolicy: scope:exce");

    // Then
    assertThat(messageOf("mine.camel.yaml", method))
        .contains("mine.camel.yaml, line 4", "there is no PSOT. Did you mean POST? It can be");
    assertThat(messageOf("mine.camel.yaml", scope))
        .contains("mine.camel.yaml, line 5", "no bean scope:exce. Did you mean scope:exec?");
  }

  @Test
  void folder_of_own_routes_without_a_reaper_stops_the_start() throws Exception {
    // Given
    Files.writeString(home.resolve("mine.camel.yaml"), route("direct:mine", "to: log:x"));

    // Then
    assertThat(messageOf(home, List.of()))
        .startsWith("No route ends sessions whose time is over (pod:due, pod:reap and pod:orphan")
        .contains("The files in " + home, "give your files on the command line", "copy reaper");
  }

  @Test
  void folder_of_own_routes_with_the_reaper_starts() throws Exception {
    // Given
    Files.writeString(home.resolve("mine.camel.yaml"), route("direct:mine", "to: log:x"));
    Files.copy(Path.of("routes/reaper.camel.yaml"), home.resolve("reaper.camel.yaml"));

    // Then
    assertThat(messageOf(home, List.of())).isEqualTo("STARTED");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "route: {id: mine, from: {uri: 'direct:mine', steps: [to: 'log:x']}}",
        "from: {uri: 'direct:mine', steps: [to: 'log:x']}",
        "mine",
        "[]",
        "# nothing but a comment",
        ""
      })
  void file_without_a_list_of_routes_stops_the_start(String text) throws Exception {
    assertThat(messageOf("mine.camel.yaml", text))
        .contains("file:%s/mine.camel.yaml".formatted(home), "write \"- route:\"");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "apiVersion: camel.apache.org/v1, kind: Kamelet, spec: {}|put the file into the folder of Kamelets (caravanserai.kamelets.folder)",
        "apiVersion: camel.apache.org/v1, kind: Integration, spec: {}|write \"- route:\"",
        "apiVersion: v1, kind: Pipe, spec: {}|write \"- route:\""
      })
  void kubernetes_resource_that_camel_would_skip_stops_the_start(String text, String told)
      throws Exception {
    assertThat(messageOf("mine.camel.yaml", "{" + text + "}"))
        .contains("file:%s/mine.camel.yaml, line 1 cannot run: ".formatted(home), told);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "public class Mine {}",
        "public interface Mine {}",
        "public abstract class Mine extends org.apache.camel.builder.RouteBuilder {}",
        "public class Mine extends org.apache.camel.builder.RouteBuilder {public Mine(int x) {} public void configure() {}}"
      })
  void java_file_that_is_no_route_builder_stops_the_start(String text) throws Exception {
    assertThat(messageOf("Mine.java", text))
        .startsWith("The class Mine of %s/Mine.java has no routes".formatted(home))
        .contains("let it extend org.apache.camel.builder.RouteBuilder");
  }

  @Test
  void class_that_another_file_uses_starts() throws Exception {
    // Given
    Files.writeString(
        home.resolve("Words.java"),
        "public class Words { public String hello() { return \"hello\"; } }");
    Files.writeString(
        home.resolve("mine.camel.yaml"),
        route("direct:mine", "bean: {beanType: Words, method: hello}"));

    // Then
    assertThat(
            messageOf(
                Stream.of("Words.java", "mine.camel.yaml")
                    .map(name -> home.resolve(name).toString())
                    .toList()))
        .isEqualTo("STARTED");
  }

  @Test
  void class_that_a_kamelet_uses_starts() throws Exception {
    // Given
    Path words =
        Files.writeString(
            home.resolve("Words.java"),
            "public class Words { public String hello() { return \"hello\"; } }");
    Files.writeString(
        home.resolve("own-action.kamelet.yaml"),
        """
        kind: Kamelet
        metadata: {name: own-action}
        spec:
          definition: {title: Own}
          template:
            from: {uri: "kamelet:source", steps: [bean: {beanType: Words, method: hello}]}
        """);
    Path mine =
        Files.writeString(
            home.resolve("mine.camel.yaml"), route("direct:mine", "to: kamelet:own-action"));

    // Then
    assertThat(messageOf(Path.of("routes"), home, List.of(words.toString(), mine.toString())))
        .isEqualTo("STARTED");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "@org.apache.camel.BindToRegistry(\"words\") public class Mine {}",
        "public class Mine { @org.apache.camel.Consume(\"direct:mine\") public void take(String body) {} }",
        "import org.apache.camel.*; public class Mine { @Consume(\"direct:mine\") public void take(String body) {} }",
        "@org.apache.camel.Converter public class Mine { @org.apache.camel.Converter public static Thread of(String text) {return null;} }"
      })
  void class_that_camel_uses_by_an_annotation_starts(String text) throws Exception {
    assertThat(messageOf("Mine.java", text)).isEqualTo("STARTED");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a,b.camel.yaml",
        "a b.camel.yaml",
        "a%20b.camel.yaml",
        "a*b?.camel.yaml",
        "{{a}}.camel.yaml",
        "ü[1].camel.yaml"
      })
  void file_may_have_any_name(String name) throws Exception {
    assertThat(messageOf(name, route("direct:mine", "to: lgo:x")))
        .contains("file:%s/%s, line ".formatted(home, name));
  }

  private static String route(String from, String step) {
    return """
        - route:
            id: mine
            from:
              uri: %s
              steps:
                - %s
        """
        .formatted(from, step);
  }

  private String messageOf(String name, String text) throws Exception {
    return messageOf(List.of(Files.writeString(home.resolve(name), text).toString()));
  }

  private static String messageOf(List<String> files) {
    return messageOf(Path.of("routes"), files);
  }

  private static String messageOf(Path folder, List<String> files) {
    return messageOf(folder, Path.of("kamelets"), files);
  }

  static String messageOf(Path folder, Path kamelets, List<String> files) {
    Settings settings =
        Settings.of(
            Map.of(
                Settings.PORT.key(),
                "0",
                Settings.ROUTES_FOLDER.key(),
                folder.toString(),
                Settings.KAMELETS_FOLDER.key(),
                kamelets.toString()));
    PodServices services =
        PodServices.of(new MemoryCluster(), Profiles.shipped(), CONTRACT, settings);
    try (Routes routes = new Routes();
        KubernetesClient client =
            new KubernetesClientBuilder().withConfig(Config.empty()).build()) {
      try {
        routes.read(settings, new ApiKeys(List.of()), new RouteFiles(folder, kamelets, files));
        routes.make(services, client, settings);
        routes.run(settings);
        return "STARTED";
      } catch (RoutesException e) {
        return e.getMessage();
      }
    } finally {
      services.close();
    }
  }
}
