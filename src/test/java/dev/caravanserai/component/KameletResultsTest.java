package dev.caravanserai.component;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravanserai.life.MemoryCluster;
import dev.caravanserai.life.Start;
import dev.caravanserai.profile.Plan;
import dev.caravanserai.session.ExecResult;
import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.FailureException;
import dev.caravanserai.session.Outcome;
import dev.caravanserai.session.Session;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What a Kamelet returns, in an application that has only the jar: headers and JSON. */
@Timeout(20)
class KameletResultsTest {
  private static final Path KAMELETS = Path.of("kamelets");
  private static final Pattern HEADER = Pattern.compile("CamelPod[A-Z]\\w+");
  private static final ExecResult EXITED =
      new ExecResult("e1", Outcome.exited(7), output("out"), output(""), Duration.ofMillis(12));

  @AutoClose private final KameletContext camel = new KameletContext();
  private final CamelContext context = camel.camel();
  private final MemoryCluster cluster = camel.cluster();

  static List<String> kamelets() throws Exception {
    try (Stream<Path> files = Files.list(KAMELETS)) {
      return files
          .map(file -> file.getFileName().toString().replace(".kamelet.yaml", ""))
          .filter(name -> name.endsWith("-action"))
          .sorted()
          .toList();
    }
  }

  @BeforeEach
  void start() throws Exception {
    context.getShutdownStrategy().setTimeout(1); // starts that nobody waits for stay pending
    camel.add(
        "mine.camel.yaml",
        """
                - route:
                    from:
                      uri: direct:exit-code
                      steps:
                        - setBody: {jq: {expression: ".exitCode", resultType: java.lang.Integer}}
                - route:
                    from:
                      uri: direct:state
                      steps:
                        - to: kamelet:session-get-action
                        - setBody: {jq: {expression: ".state", resultType: java.lang.String}}
                - route:
                    from:
                      uri: direct:ids
                      steps:
                        - to: kamelet:session-list-action
                        - setBody: {jq: {expression: "[.items[].id] | join(\\",\\")", resultType: java.lang.String}}
                - route:
                    from:
                      uri: direct:out
                      steps:
                        - setBody: {simple: "${body.stdout}"}
                - route:
                    from:
                      uri: direct:json
                      steps:
                        - marshal: {json: {}}
                """);
    context.start();
  }

  @ParameterizedTest
  @MethodSource("kamelets")
  void kamelet_leaves_exactly_the_headers_that_its_description_names(String kamelet)
      throws Exception {
    // Given
    ProducerTemplate template = context.createProducerTemplate();
    boolean fresh = Set.of("session-start-action", "session-plan-action").contains(kamelet);
    Object body = body(kamelet);
    Set<String> expected = new TreeSet<>(named(kamelet));
    expected.add("Mine");

    // When
    Exchange after =
        template.request(
            "kamelet:" + kamelet + (kamelet.contains("start") ? "?wait=false" : ""),
            exchange -> {
              exchange.getMessage().setBody(body);
              exchange.getMessage().setHeader("Mine", "kept");
              if (!fresh) {
                exchange.getMessage().setHeader("CamelPodSessionId", "one");
              }
              exchange.setProperty(
                  Exchange.EXCEPTION_CAUGHT, FailureException.of(FailureCode.CRASHED, "in a test"));
            });

    // Then
    if (!fresh) {
      expected.add("CamelPodSessionId"); // the test's own
    }
    expected.remove("CamelPodTruncated"); // only on a log that was too long
    assertThat(after.getMessage().getHeaders()).containsOnlyKeys(expected);
  }

  @ParameterizedTest
  @MethodSource("kamelets")
  void no_inbound_header_steers_a_kamelet(String kamelet) throws Exception {
    String text = Files.readString(KAMELETS.resolve(kamelet + ".kamelet.yaml"));
    assertThat(text.substring(text.indexOf("  template:"))).doesNotContain("header");
  }

  @Test
  void an_idempotency_key_in_a_header_does_not_join_a_start() {
    // Given
    ProducerTemplate template = context.createProducerTemplate();

    // When
    List<String> ids =
        Stream.of("{}", "{}")
            .map(
                body ->
                    template.requestBodyAndHeader(
                        "kamelet:session-start-action?wait=false",
                        body,
                        "CamelPodIdempotencyKey",
                        "k",
                        Session.class))
            .map(Session::id)
            .toList();
    List<String> joined =
        Stream.of("{}", "{}")
            .map(
                body ->
                    template.requestBodyAndHeader(
                        "kamelet:session-start-action?wait=false&idempotencyKey=${header.order}",
                        body,
                        "order",
                        "k",
                        Session.class))
            .map(Session::id)
            .toList();

    // Then
    assertThat(ids.get(0)).isNotEqualTo(ids.get(1));
    assertThat(joined.get(0)).isEqualTo(joined.get(1)).isNotIn(ids);
  }

  @Test
  void jq_reads_what_a_kamelet_returns() {
    // Given
    started();
    ProducerTemplate template = context.createProducerTemplate();

    // Then
    assertThat(template.requestBody("direct:exit-code", EXITED)).isEqualTo(7);
    assertThat(template.requestBodyAndHeader("direct:state", "", "CamelPodSessionId", "one"))
        .isEqualTo("RUNNING");
    assertThat(template.requestBody("direct:ids", "")).isEqualTo("one");
  }

  @Test
  void failed_command_is_not_reported_as_the_end_of_a_main_process() {
    var failure = new ExecFailedException("one", EXITED).failure();
    assertThat(failure.code().title() + ": " + failure.message())
        .isEqualTo("Process ended with an error: The command in session one exited with 7.");
  }

  @Test
  void output_of_a_command_can_be_a_whole_body() {
    // Given
    ProducerTemplate template = context.createProducerTemplate();

    // Then
    assertThat(template.requestBody("direct:out", EXITED, byte[].class))
        .asString()
        .isEqualTo("out");
    assertThat(template.requestBody("direct:out", EXITED, InputStream.class)).hasContent("out");
    assertThat(template.requestBody("direct:out", EXITED, String.class)).isEqualTo("out");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "label=a%20b|key=value or key",
        "label==|key=value or key",
        "limit=501|a whole number from 1 to 500",
        "limit=0|a whole number from 1 to 500"
      })
  void list_filter_that_can_match_nothing_is_refused(String option, String expected) {
    // Given
    ProducerTemplate template = context.createProducerTemplate();

    // Then
    assertThatThrownBy(() -> template.requestBody("pod:list?" + option, ""))
        .rootCause()
        .hasMessageContaining(expected);
  }

  @Test
  void marshal_json_writes_what_a_kamelet_returns_as_the_api_does() throws Exception {
    // When
    JsonNode json =
        new ObjectMapper()
            .readTree(
                context.createProducerTemplate().requestBody("direct:json", EXITED, String.class));

    // Then
    assertThat(json)
        .isEqualTo(
            new ObjectMapper()
                .readTree(
                    "{\"execId\":\"e1\",\"outcome\":\"exited\",\"exitCode\":7,\"stdout\":\"out\",\"stderr\":\"\",\"durationMs\":12}"));
  }

  private static ExecResult.Output output(String text) {
    return new ExecResult.Output(text.getBytes(StandardCharsets.UTF_8), text.length());
  }

  private static Set<String> named(String kamelet) throws Exception {
    String text = Files.readString(KAMELETS.resolve(kamelet + ".kamelet.yaml"));
    String description =
        text.substring(text.indexOf("    description:"), text.indexOf("    type: object"));
    Set<String> named = new TreeSet<>();
    HEADER.matcher(description).results().forEach(found -> named.add(found.group()));
    return named;
  }

  /** What the Kamelet needs as its body. */
  private Object body(String kamelet) {
    if (kamelet.equals("session-anchor-action")) {
      return planned();
    }
    if (Set.of("session-start-action", "session-plan-action").contains(kamelet)) {
      return "{}";
    }
    Start start = started();
    return Set.of("session-objects-action", "session-ready-action", "session-undo-action")
            .contains(kamelet)
        ? start
        : "{\"script\": \"true\", \"timeoutSeconds\": 1}";
  }

  private Plan planned() {
    return context
        .createProducerTemplate()
        .requestBody("kamelet:session-plan-action", "{\"id\": \"one\"}", Plan.class);
  }

  private Start started() {
    Plan plan = planned();
    ProducerTemplate template = context.createProducerTemplate();
    Start start = template.requestBody("kamelet:session-anchor-action", plan, Start.class);
    template.requestBody("kamelet:session-objects-action", start);
    Pod made = cluster.now(plan.pod()).orElseThrow();
    cluster.deliver(
        new PodBuilder(made)
            .withNewStatus()
            .withPhase("Running")
            .addNewCondition()
            .withType("Ready")
            .withStatus("True")
            .endCondition()
            .addNewContainerStatus()
            .withName("main")
            .withRestartCount(0)
            .withNewState()
            .withNewRunning("2026-01-01T00:00:00Z")
            .endState()
            .endContainerStatus()
            .endStatus()
            .build());
    return start;
  }
}
