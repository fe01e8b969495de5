package dev.caravanserai.component;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.caravanserai.cluster.ObjectRef;
import dev.caravanserai.session.Annotations;
import dev.caravanserai.session.SessionKey;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** A route may end a start without an exception, such as after a check of its own. */
class UndoOutsideCatchTest {
  private static final String ROUTE =
      """
      - errorHandler:
          noErrorHandler: {}
      - route:
          from:
            uri: direct:start
            steps:
              - to: kamelet:session-plan-action
              - to: kamelet:session-anchor-action
              - doTry:
                  steps:
                    - throwException: {exceptionType: java.io.IOException, message: handled}
                  doCatch:
                    - exception: [java.io.IOException]
                      steps:
                        - setVariable: {name: note, constant: handled}
              - to: %s
      """;

  @AutoClose private final KameletContext kamelets = new KameletContext();

  @Test
  void undo_outside_a_catch_deletes_what_was_created_and_says_what_the_route_lacks()
      throws Exception {
    start("kamelet:session-undo-action");
    assertThatThrownBy(this::request).cause().hasMessageContaining("use pod:undo in a doCatch");
    assertThat(kamelets.cluster().there()).isEmpty();
  }

  @Test
  void fail_outside_a_catch_keeps_a_failure_that_says_what_the_route_lacks() throws Exception {
    start("pod:fail");
    request();
    SessionKey key = new SessionKey(kamelets.cluster().name(), "default", "a");
    ObjectRef anchor = ObjectRef.to(kamelets.cluster().sessions().anchor(key).orElseThrow());
    assertThat(kamelets.cluster().notes(anchor).get(Annotations.FAILURE))
        .contains("use pod:fail in a doCatch");
  }

  @Test
  void undo_in_a_try_within_the_catch_fails_with_what_the_catch_caught() throws Exception {
    kamelets.add(
        "start.camel.yaml",
        """
        - route:
            from:
              uri: direct:start
              steps:
                - to: kamelet:session-plan-action
                - to: kamelet:session-anchor-action
                - doTry:
                    steps:
                      - throwException: {exceptionType: java.io.IOException, message: no policy}
                    doCatch:
                      - exception: [java.io.IOException]
                        steps:
                          - doTry:
                              steps:
                                - to: kamelet:session-undo-action
                              doFinally:
                                steps:
                                  - log: {message: undone, loggingLevel: DEBUG}
        """);
    kamelets.camel().start();
    assertThatThrownBy(this::request).cause().hasMessage("no policy");
    assertThat(kamelets.cluster().there()).isEmpty();
  }

  @Test
  void undo_in_on_exception_fails_with_what_it_caught() throws Exception {
    kamelets.add(
        "start.camel.yaml",
        """
        - onException:
            exception: [java.io.IOException]
            steps:
              - to: kamelet:session-undo-action
        - route:
            from:
              uri: direct:start
              steps:
                - to: kamelet:session-plan-action
                - to: kamelet:session-anchor-action
                - throwException: {exceptionType: java.io.IOException, message: no policy}
        """);
    kamelets.camel().start();
    assertThatThrownBy(this::request).cause().hasMessage("no policy");
    assertThat(kamelets.cluster().there()).isEmpty();
  }

  private void start(String step) throws Exception {
    kamelets.add("start.camel.yaml", ROUTE.formatted(step));
    kamelets.camel().start();
  }

  private void request() {
    kamelets.camel().createProducerTemplate().requestBody("direct:start", "{\"id\": \"a\"}");
  }
}
