package dev.caravanserai.component;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.caravanserai.profile.Plan;
import dev.caravanserai.session.InvalidRequestException;
import dev.caravanserai.session.InvalidRequestException.Violation;
import dev.caravanserai.session.SessionSpec;
import dev.caravanserai.session.SessionSpecBuilder;
import java.io.ByteArrayInputStream;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The rules of the API also apply to requests that a route makes as Java objects. */
class RequestObjectTest {
  @AutoClose private final KameletContext kamelets = new KameletContext();

  @BeforeEach
  void start() throws Exception {
    kamelets.add(
        "plan.camel.yaml",
        """
        - errorHandler:
            noErrorHandler: {}
        - route:
            from:
              uri: direct:plan
              steps:
                - to:
                    uri: kamelet:session-plan-action
                    parameters: {idempotencyKey: "${header.order}"}
        """);
    kamelets.camel().start();
  }

  @Test
  void idempotency_key_of_a_kamelet_also_applies_to_a_request_object() {
    SessionSpec request = SessionSpec.of("ignored");
    assertThat(plan(request, "1").id())
        .isEqualTo(plan(request, "1").id())
        .isEqualTo(plan(Map.of(), "1").id())
        .isNotEqualTo(plan(request, "2").id());
    assertThat(
            plan(request.with(to -> to.idempotencyKey(Optional.of("own"))), "1")
                .spec()
                .idempotencyKey())
        .hasValue("own");
  }

  @ParameterizedTest
  @CsvSource({
    "a/b, /id",
    "'', /id",
    "caravanserai.dev/role, /labels/caravanserai.dev~1role",
    "app.kubernetes.io/managed-by, /labels/app.kubernetes.io~1managed-by",
    "a..b/x, /labels/a..b~1x",
    "1A, /env/1A"
  })
  void request_object_is_refused_where_json_would_be(String text, String pointer) {
    assertRefused(
        to -> {
          switch (pointer.split("/")[1]) {
            case "id" -> to.id(Optional.of(text));
            case "labels" -> to.labels(Map.of(text, "1"));
            default -> to.env(Map.of(text, "1"));
          }
        },
        pointer);
  }

  @Test
  void nulls_and_values_without_json_in_a_request_object_are_refused_with_their_place() {
    assertRefused(to -> to.env(Collections.singletonMap("A", null)), "/env/A");
    assertRefused(
        to ->
            to.resources(
                new SessionSpec.Resources(Collections.singletonMap("cpu", null), Map.of())),
        "/resources/limits/cpu");
    assertRefused(to -> to.metadata(Map.of("a", new Object())), "/metadata/a");
  }

  @Test
  void map_with_a_value_that_json_does_not_have_is_refused_with_its_place() {
    assertRefused(
        Map.of("metadata", Map.of("x", new ByteArrayInputStream(new byte[1]))), "/metadata/x");
  }

  @ParameterizedTest
  @ValueSource(doubles = {Double.NaN, Double.NEGATIVE_INFINITY})
  void map_with_a_number_that_json_does_not_have_is_refused_with_its_place(double number) {
    assertRefused(Map.of("metadata", Map.of("x", number)), "/metadata/x");
    assertRefused(Map.of("timeoutSeconds", number), "/timeoutSeconds");
  }

  private void assertRefused(Consumer<SessionSpecBuilder> change, String pointer) {
    assertRefused(SessionSpec.of("ignored").with(change), pointer);
  }

  private void assertRefused(Object body, String pointer) {
    assertThat(catchThrowable(() -> plan(body, "1")).getCause())
        .isInstanceOfSatisfying(
            InvalidRequestException.class,
            refused ->
                assertThat(refused.violations())
                    .extracting(Violation::pointer)
                    .containsExactly(pointer));
  }

  private Plan plan(Object body, String order) {
    return (Plan)
        kamelets
            .camel()
            .createProducerTemplate()
            .requestBodyAndHeader("direct:plan", body, "order", order);
  }
}
