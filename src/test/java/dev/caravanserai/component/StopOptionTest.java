package dev.caravanserai.component;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.caravanserai.session.InvalidRequestException;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** A stop that is refused ends nothing. */
class StopOptionTest {
  @AutoClose private final KameletContext kamelets = new KameletContext();

  @Test
  void stop_whose_wait_evaluates_to_no_flag_is_refused_and_leaves_the_session() throws Exception {
    kamelets.add(
        "stop.camel.yaml",
        """
        - errorHandler:
            noErrorHandler: {}
        - route:
            from:
              uri: direct:stop
              steps:
                - to: kamelet:session-plan-action
                - to: kamelet:session-anchor-action
                - to:
                    uri: kamelet:session-stop-action
                    parameters: {sessionId: a, wait: "${header.wait}"}
        """);
    kamelets.camel().start();
    assertThatThrownBy(
            () ->
                kamelets
                    .camel()
                    .createProducerTemplate()
                    .requestBodyAndHeader("direct:stop", "{\"id\": \"a\"}", "wait", "perhaps"))
        .hasCauseInstanceOf(InvalidRequestException.class);
    assertThat(kamelets.cluster().there()).isNotEmpty();
  }
}
