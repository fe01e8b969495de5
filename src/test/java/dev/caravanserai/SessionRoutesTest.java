package dev.caravanserai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.FailureException;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.builder.AdviceWith;
import org.apache.camel.component.mock.MockEndpoint;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which steps a session's routes and the start Kamelet take, in which order, also on failure. */
class SessionRoutesTest extends RouteTest {
  private static final FailureException REFUSED =
      FailureException.of(FailureCode.QUOTA_EXCEEDED, "no room");

  @Override
  String file() {
    return "routes/sessions.camel.yaml";
  }

  @BeforeEach
  void replaceEvents() throws Exception {
    AdviceWith.adviceWith(
        context, "session-transitions", advice -> advice.replaceFromWith("direct:transitions"));
    on("plan", exchange -> exchange.getMessage().setBody("plan"));
    on("anchor", exchange -> exchange.getMessage().setBody("start"));
    on("await", exchange -> exchange.getMessage().setBody("session"));
    on("get", exchange -> exchange.getMessage().setBody("pending session"));
    on(
        "undo",
        exchange -> {
          throw exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Exception.class);
        });
  }

  @Test
  void start_plans_anchors_creates_and_waits() throws Exception {
    // Given
    context.start();

    // When
    Object body = template.requestBody("direct:session-start", "request");

    // Then
    assertThat(steps).containsExactly("plan", "anchor", "objects", "await");
    assertThat(body).isEqualTo("session");
  }

  @Test
  void start_that_fails_after_the_anchor_is_undone_and_passes_the_reason_on() throws Exception {
    // Given
    on(
        "objects",
        exchange -> {
          throw REFUSED;
        });
    context.start();

    // When
    Exchange exchange =
        template.request("direct:session-start", e -> e.getMessage().setBody("request"));

    // Then
    assertThat(steps).containsExactly("plan", "anchor", "objects", "undo");
    assertThat(exchange.getException()).isSameAs(REFUSED);
  }

  @Test
  void start_whose_plan_or_anchor_fails_has_nothing_to_undo() throws Exception {
    // Given
    on(
        "anchor",
        exchange -> {
          throw REFUSED;
        });
    context.start();

    // When
    Exchange exchange =
        template.request("direct:session-start", e -> e.getMessage().setBody("request"));

    // Then
    assertThat(steps).containsExactly("plan", "anchor");
    assertThat(exchange.getException()).isSameAs(REFUSED);
  }

  @Test
  void start_that_is_not_waited_for_answers_once_its_objects_exist() throws Exception {
    // Given
    context.start();

    // When
    Object body = async();

    // Then
    assertThat(body).isEqualTo("pending session");
    Awaitility.await().until(() -> steps.contains("await"));
    assertThat(steps).containsExactlyInAnyOrder("plan", "anchor", "objects", "get", "await");
  }

  @Test
  void start_that_is_not_waited_for_keeps_a_later_failure() throws Exception {
    // Given
    on(
        "await",
        exchange -> {
          throw REFUSED;
        });
    context.start();

    // When
    async();

    // Then
    Awaitility.await().until(() -> steps.contains("fail"));
    assertThat(steps).doesNotContain("undo");
  }

  @Test
  void only_the_session_id_is_left_as_a_header() throws Exception {
    // Given
    on("plan", exchange -> exchange.getMessage().setHeader("CamelPodSessionId", "a"));
    context.start();

    // When
    Exchange exchange =
        template.request("direct:session-start", e -> e.getMessage().setBody("request"));

    // Then
    assertThat(exchange.getMessage().getHeaders()).isEqualTo(Map.of("CamelPodSessionId", "a"));
  }

  @Test
  void each_operation_has_its_route() throws Exception {
    // Given
    context.start();

    // When
    template.requestBody("direct:session-get", "");
    template.requestBody("direct:session-list", "");
    template.requestBody("direct:session-stop", "");

    // Then
    assertThat(steps).containsExactly("get", "list", "delete");
  }

  @Test
  void transition_is_logged() throws Exception {
    // Given
    AdviceWith.adviceWith(
        context,
        "session-transitions",
        advice -> advice.weaveById("log-transition").after().to("mock:logged"));
    context.start();
    MockEndpoint logged = getMockEndpoint("mock:logged");
    logged.expectedMessageCount(1);

    // When
    template.sendBody("direct:transitions", Shown.of("a"));

    // Then
    logged.assertIsSatisfied();
  }

  private Object async() {
    return template.requestBody("direct:session-start-later", "request");
  }
}
