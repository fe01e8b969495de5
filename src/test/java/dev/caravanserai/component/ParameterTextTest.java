package dev.caravanserai.component;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The value of a Kamelet's parameter arrives byte for byte in every notation. */
class ParameterTextTest {
  private static final String URI = "kamelet:session-exec-action";
  private static final String OWN =
      """
      apiVersion: camel.apache.org/v1
      kind: Kamelet
      metadata:
        name: mine-action
        labels: {camel.apache.org/kamelet.type: action}
      spec:
        definition:
          title: Mine
          required: [what]
          properties:
            what: {title: What, description: Script, type: string}
        template:
          from:
            uri: kamelet:source
            steps:
              - to:
                  uri: kamelet:session-exec-action
                  parameters: {sessionId: s, script: "{{what}}"}
      """;

  @AutoClose private final KameletContext kamelets = new KameletContext();
  private final CamelContext context = kamelets.camel();
  private final Properties properties = new Properties();

  static Stream<String> values() {
    return Stream.of(
        "echo hello",
        "# c\nexit 3",
        "echo one\n\necho two\n",
        "\n\nexit 1",
        "line\r\nline",
        "a && b",
        "a & b",
        "exec 2>&1",
        "curl 'http://h/?x=1&script=c'",
        "echo &tenant=other",
        "x)&sessionId=other&y=(",
        "\techo tab",
        "  two  spaces  ",
        "a+b",
        "%41 %zz 100%",
        "%25",
        "${HOME} $(id) `id`",
        "${body} ${header.x}",
        "${bean:type:java.lang.System?method=getProperty('java.version')}",
        "-e",
        "+x",
        "#!/bin/sh\necho hi",
        "#bean",
        "x RAW(y)",
        "'single' \"double\" \\back\\slash",
        "a?nested=true",
        "?x=1",
        "ü€😀",
        "a@b:c~d",
        "a,b;c|d<e>f*g[h]^i",
        "\u0001");
  }

  @BeforeEach
  void prepare() {
    context.getPropertiesComponent().setInitialProperties(properties);
    properties.setProperty("camel.component.kamelet.location", "file:kamelets");
  }

  @ParameterizedTest
  @MethodSource("values")
  void parameter_of_to_arrives_byte_for_byte(String value) throws Exception {
    assertThat(scriptOf(step("to", parameters(value)))).isEqualTo(value);
  }

  @ParameterizedTest
  @MethodSource("values")
  void parameter_of_a_kamelet_of_ones_own_arrives_byte_for_byte(String value) throws Exception {
    kamelets.add("mine-action.kamelet.yaml", OWN);
    assertThat(scriptOf(step("to", own(value)))).isEqualTo(value);
  }

  @ParameterizedTest
  @MethodSource("values")
  void property_in_a_parameter_of_a_kamelet_of_ones_own_arrives_byte_for_byte(String value)
      throws Exception {
    kamelets.add("mine-action.kamelet.yaml", OWN);
    properties.setProperty("my.script", value);
    assertThat(scriptOf(step("to", own("{{my.script}}")))).isEqualTo(value);
  }

  @Test
  void placeholder_text_for_a_kamelet_of_ones_own_stops_the_start_with_the_remedy()
      throws Exception {
    kamelets.add("mine-action.kamelet.yaml", OWN);
    assertThatThrownBy(() -> scriptOf(step("to", own("\\{{.State}}"))))
        .rootCause()
        .hasMessage(
            "what has the text {{, which a Kamelet of your own reads as a placeholder: set it as the body or as a variable in a step before.");
  }

  @ParameterizedTest
  @CsvSource({"toD,a && ${body}", "toD,${body}", "toD,$simple{body}", "wireTap,${body}"})
  void expression_that_would_become_part_of_a_uri_stops_the_start(String step, String value)
      throws Exception {
    kamelets.add("mine-action.kamelet.yaml", OWN);
    for (String to : List.of(own(value), "{uri: 'kamelet:mine-action?what=%s'}".formatted(value))) {
      assertThatThrownBy(() -> scriptOf(step(step, to)))
          .hasMessageContaining("would become part of a URI");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "toD: '{{own.uri}}'",
        "toD: 'kamelet:mine-action?what={{own.expression}}'",
        "wireTap: {uri: '{{own.uri}}'}",
        "toD: 'kamelet:${header.name}'",
        "enrich: {simple: 'kamelet:mine-action?what=${body}'}",
        "enrich: {simple: '{{own.uri}}'}",
        "enrich: {simple: 'kamelet:session-exec-action?script=${body}'}",
        "pollEnrich: {simple: 'kamelet:mine-source?what=${body}'}",
        "recipientList: {simple: 'log:x, kamelet:mine-action?what=${body}'}",
        "recipientList: {simple: 'log:x;kamelet:mine-action?what=${body}', delimiter: ';'}",
        "routingSlip: {simple: 'kamelet:mine-action?what=${body}'}",
        "dynamicRouter: {simple: 'kamelet:mine-action?what=${body}'}",
        "recipientList: {language: {language: simple, expression: 'kamelet:mine-action?what=${body}'}}",
      })
  void expression_that_any_step_would_put_into_the_uri_of_a_kamelet_stops_the_start(String step)
      throws Exception {
    // Given
    kamelets.add("mine-action.kamelet.yaml", OWN);
    properties.setProperty("own.uri", "kamelet:mine-action?what=${body}");
    properties.setProperty("own.expression", "${body}");

    // When, Then
    assertThatThrownBy(() -> scriptOf("- " + step))
        .hasMessageContaining("would become part of a URI");
  }

  @Test
  void uri_of_a_session_kamelet_in_a_property_is_fixed_in_toD() throws Exception {
    properties.setProperty("own.uri", URI + "?script=RAW({{own.script}})");
    properties.setProperty("own.script", "echo ${body}");
    assertThat(scriptOf("- toD: '{{own.uri}}'")).isEqualTo("echo ${body}");
  }

  @ParameterizedTest
  @MethodSource("values")
  void parameter_of_a_kamelet_whose_uri_is_a_property_arrives_byte_for_byte(String value)
      throws Exception {
    properties.setProperty("own.uri", URI);
    String step = parameters(value).replace("'" + URI + "'", "'{{own.uri}}'");
    assertThat(scriptOf(step("to", step))).isEqualTo(value);
  }

  @ParameterizedTest
  @ValueSource(strings = {"enrich", "pollEnrich", "recipientList", "routingSlip", "dynamicRouter"})
  void value_of_several_lines_in_a_constant_uri_of_any_step_stops_the_start(String step) {
    String uri = URI + "?script=RAW(# c\\nexit 3)";
    for (String language : List.of("constant", "simple")) {
      assertThatThrownBy(() -> scriptOf(step(step, "{%s: \"%s\"}".formatted(language, uri))))
          .hasMessageContaining("a value in a URI cannot have several lines");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"script", "sessionId", "tenant"})
  void parameter_that_is_null_in_yaml_counts_as_absent(String name) throws Exception {
    assertThat(
            scriptOf(
                step(
                    "to",
                    "{uri: 'kamelet:session-exec-action', parameters: {%s: ~}}".formatted(name))))
        .isNull();
  }

  @Test
  @Timeout(60) // seconds; a check of the text that is not linear takes many minutes
  void long_parameter_is_read_in_linear_time() throws Exception {
    String value = "printf '%s' x=y & ".repeat(100_000);
    assertThat(scriptOf(step("to", parameters(value)))).isEqualTo(value);
  }

  @ParameterizedTest
  @MethodSource("values")
  void parameter_of_toD_arrives_byte_for_byte(String value) throws Exception {
    assertThat(scriptOf(step("toD", parameters(value)))).isEqualTo(value);
  }

  @ParameterizedTest
  @MethodSource("values")
  void property_in_a_parameter_arrives_byte_for_byte(String value) throws Exception {
    properties.setProperty("my.script", value);
    assertThat(scriptOf(step("to", parameters("{{my.script}}")))).isEqualTo(value);
  }

  @ParameterizedTest
  @MethodSource("values")
  void property_of_the_kamelet_arrives_byte_for_byte(String value) throws Exception {
    properties.setProperty("camel.kamelet.session-exec-action.script", value);
    assertThat(scriptOf("- to:\n    id: run\n    uri: kamelet:session-exec-action"))
        .isEqualTo(value);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a && b",
        "a & b",
        "curl 'http://h/?x=1&script=c'",
        "a+b",
        "%41",
        "${HOME} $(id)",
        "-e",
        "#!/bin/sh",
        "'single' \"double\"",
        "a@b:c~d"
      })
  void value_in_raw_of_a_uri_arrives_byte_for_byte(String value) throws Exception {
    assertThat(scriptOf(step("to", json(URI + "?script=RAW(" + value + ")")))).isEqualTo(value);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a && b", "a & b", "a+b", "%41", "${body}", "-e"})
  void value_in_raw_of_a_uri_of_toD_arrives_byte_for_byte(String value) throws Exception {
    assertThat(scriptOf(step("toD", json(URI + "?script=RAW(" + value + ")")))).isEqualTo(value);
  }

  @Test
  void raw_around_a_whole_parameter_is_removed_by_camel() throws Exception {
    assertThat(scriptOf(step("to", parameters("RAW(one\ntwo & three)"))))
        .isEqualTo("one\ntwo & three");
  }

  @Test
  void placeholder_with_a_backslash_is_text() throws Exception {
    properties.setProperty("name", "value");
    assertThat(scriptOf(step("to", parameters("\\{{.State}} {{name}} {{name}}"))))
        .isEqualTo("{{.State}} value value");
  }

  @Test
  void placeholder_without_a_property_stops_the_start_and_says_how_to_write_it() {
    assertThatThrownBy(() -> scriptOf(step("to", parameters("docker -f {{.State}}"))))
        .rootCause()
        .hasMessage(
            "script: {{.State}} is a placeholder of a property that does not exist."
                + " For the text itself write \\{{.State}}.");
  }

  private static String parameters(String value) throws Exception {
    return "{uri: 'kamelet:session-exec-action', parameters: {sessionId: s, script: %s}}"
        .formatted(json(value));
  }

  private static String own(String value) throws Exception {
    return "{uri: 'kamelet:mine-action', parameters: {timeout: 500, what: %s}}"
        .formatted(json(value));
  }

  private static String step(String step, String rest) {
    return "- %s: %s".formatted(step, rest);
  }

  private static String json(String text) throws Exception {
    return new ObjectMapper().writeValueAsString(text);
  }

  /** The script that reached the component. */
  private String scriptOf(String step) throws Exception {
    String yaml =
        """
        - route:
            from:
              uri: direct:in
              steps:
        %s
        """
            .formatted(step.indent(8));
    PluginHelper.getRoutesLoader(context)
        .loadRoutes(ResourceHelper.fromString("mine.camel.yaml", yaml));
    context.start();
    return context.getEndpoints().stream()
        .filter(PodEndpoint.class::isInstance)
        .findFirst()
        .map(endpoint -> ((PodEndpoint) endpoint).getScript())
        .orElse(null);
  }
}
