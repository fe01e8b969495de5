package dev.caravanserai.component;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.camel.CamelContext;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.component.kamelet.Kamelet;
import org.apache.camel.component.kamelet.KameletComponent;
import org.apache.camel.model.ModelCamelContext;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A Kamelet within another one has the values of its own use, also in a user's own Kamelet. */
class NestedKameletTest {
  private static final String WRAPPER =
      """
      apiVersion: camel.apache.org/v1
      kind: Kamelet
      metadata:
        name: read-action
        labels: {camel.apache.org/kamelet.type: action}
      spec:
        definition:
          title: Read Action
          required: [which]
          properties:
            which: {title: Which, description: Id of the session, type: string}
            image: {title: Image, description: Of a session that is started, type: string}
        template:
          from:
            uri: kamelet:source
            steps:
              - choice:
                  when:
                    - simple: "${body} == 'start'"
                      steps:
                        - setBody: {constant: ""}
                        - to:
                            uri: kamelet:session-start-action
                            parameters: {tenant: red, profile: "{{which}}", image: "{{?image}}"}
                  otherwise:
                    steps:
                      - %s
      """;

  @AutoClose private final KameletContext camel = new KameletContext();
  private final CamelContext context = camel.camel();

  @TempDir private Path kamelets;

  @BeforeEach
  void prepare() {
    context
        .getComponent("kamelet", KameletComponent.class)
        .setLocation("file:kamelets,file:" + kamelets);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "to: {uri: 'kamelet:session-get-action', parameters: {sessionId: '{{which}}'}}",
        "toD: {uri: 'kamelet:session-get-action', parameters: {sessionId: '{{which}}'}}",
        "to: 'kamelet:session-get-action?sessionId={{which}}'",
        "kamelet: {name: session-get-action, parameters: {sessionId: '{{which}}'}}",
        "enrich: {simple: 'kamelet:session-get-action?sessionId={{which}}'}"
      })
  void two_uses_of_a_wrapper_in_yaml_have_their_own_values(String step) throws Exception {
    // When
    start(step, true);

    // Then
    assertOwnValues();
  }

  @Test
  void two_uses_of_a_wrapper_in_java_have_their_own_values() throws Exception {
    // When
    start("to: {uri: 'kamelet:session-get-action', parameters: {sessionId: '{{which}}'}}", false);

    // Then
    assertOwnValues();
  }

  private void assertOwnValues() {
    for (String id : new String[] {"default", "hypha"}) {
      assertThatThrownBy(() -> context.createProducerTemplate().requestBody("direct:" + id, "get"))
          .cause()
          .hasMessageContaining("There is no session " + id + ".");
    }
  }

  @Test
  void a_wrapper_around_the_composed_start_passes_its_values_through_every_level()
      throws Exception {
    // When
    start("log: never", true);

    // Then
    assertThat(
            context.getEndpoints().stream()
                .filter(PodEndpoint.class::isInstance)
                .map(PodEndpoint.class::cast)
                .filter(endpoint -> endpoint.getOperation() == Operation.plan))
        .extracting(PodEndpoint::getTenant, PodEndpoint::getProfile, PodEndpoint::getImage)
        .containsExactlyInAnyOrder(tuple("red", "default", null), tuple("red", "hypha", null));
  }

  @Test
  void values_beside_options_that_are_not_given_arrive_unchanged() throws Exception {
    // When
    context.addRoutes(
        new RouteBuilder() {
          @Override
          public void configure() {
            from("direct:in")
                .to(
                    "kamelet:session-start-action?image=busybox:1&idempotencyKey=${variable.my-key}");
          }
        });
    context.start();

    // Then
    assertThat(
            context.getEndpoints().stream()
                .filter(PodEndpoint.class::isInstance)
                .map(PodEndpoint.class::cast)
                .filter(endpoint -> endpoint.getOperation() == Operation.plan))
        .extracting(PodEndpoint::getImage, PodEndpoint::getIdempotencyKey)
        .containsExactly(tuple("busybox:1", "${variable.my-key}"));
  }

  @Test
  void kamelet_with_steps_belongs_to_the_route_that_uses_it() throws Exception {
    // Given
    start("log: never", true);

    // When
    context.addRoutes(
        new RouteBuilder() {
          @Override
          public void configure() {
            from("direct:later")
                .routeId("later")
                .kamelet("session-list-action")
                .log("never")
                .end()
                .to("kamelet:read-action?which=raworc");
          }
        });

    // Then
    assertThat(((ModelCamelContext) context).getRouteDefinitions())
        .filteredOn(route -> route.getId().startsWith("session-list-action"))
        .extracting(route -> route.getTemplateParameters().get(Kamelet.PARENT_ROUTE_ID))
        .containsExactly("later");
  }

  private void start(String step, boolean yaml) throws Exception {
    Files.writeString(kamelets.resolve("read-action.kamelet.yaml"), WRAPPER.formatted(step));
    if (yaml) {
      camel.add(
          "mine.camel.yaml",
          """
                  - route: {from: {uri: "direct:default", steps: [{to: {uri: "kamelet:read-action", parameters: {which: default}}}]}}
                  - route: {from: {uri: "direct:hypha", steps: [{to: {uri: "kamelet:read-action", parameters: {which: hypha}}}]}}
                  """);
    } else {
      context.addRoutes(
          new RouteBuilder() {
            @Override
            public void configure() {
              from("direct:default").to("kamelet:read-action?which=default");
              from("direct:hypha").to("kamelet:read-action?which=hypha");
            }
          });
    }
    context.start();
  }
}
