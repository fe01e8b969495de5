package dev.caravanserai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravanserai.Api.Answer;
import dev.caravanserai.server.Server;
import dev.caravanserai.settings.Settings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * The exec Kamelet in a route of one's own: scripts, time-out, one exec after another, failures.
 */
@Tag("local")
@ExtendWith(NothingLeftBehind.class)
class KameletIT {
  private static final String ROUTE =
      """
      - route:
          id: execs
          from:
            uri: platform-http:/execs
            parameters:
              httpMethodRestrict: POST
            steps:
              - setBody:
                  constant: '{"image": "busybox:1", "timeoutSeconds": 120}'
              - to: kamelet:session-start-action
              - to:
                  uri: kamelet:session-exec-action
                  parameters:
                    script: |
                      # a comment & its end
                      printf '%s' "one $((40 + 2)) %41 a+b ${HOME:+home}"
                      exit 3
              - setVariable:
                  name: first
                  simple: "${body.exitCode} ${body.stdout}"
              - toD:
                  uri: kamelet:session-exec-action
                  parameters:
                    sessionId: "${header.CamelPodSessionId}"
                    script: "\\tprintf two && exit 0"
              - setVariable:
                  name: second
                  simple: "${body.exitCode} ${body.stdout}"
              - setBody:
                  constant: '{"command": ["printf", "three"]}'
              - to: kamelet:session-exec-action
              - setVariable:
                  name: third
                  simple: "${body.stdout}"
              - to:
                  uri: kamelet:session-exec-action
                  parameters:
                    script: sleep 100
                    timeout: 1
              - setVariable:
                  name: fourth
                  simple: "${body.outcome.word} ${body.exitCode}"
              - doTry:
                  steps:
                    - to:
                        uri: kamelet:session-exec-action
                        parameters:
                          script: "echo reason >&2; exit 7"
                          failOnExit: true
                  doCatch:
                    - exception: [dev.caravanserai.component.ExecFailedException]
                      steps:
                        - setVariable:
                            name: fifth
                            simple: "${exception.failure.code} ${exception.result.exitCode} ${exception.log} ${exception.message}"
              - to: kamelet:session-stop-action
              - removeHeaders:
                  pattern: "*"
              - setBody:
                  simple: "${variable.first}|${variable.second}|${variable.third}|${variable.fourth}|${variable.fifth}"
      """;

  @TempDir private Path home;

  @Test
  void execs_of_a_route_run_what_their_own_step_says() throws Exception {
    // Given
    Path file = Files.writeString(home.resolve("execs.camel.yaml"), ROUTE);
    try (Server server =
        Server.start(Settings.of(TestServer.settings(home)), List.of(file.toString()))) {
      Api api = new Api(server.url(), TestServer.KEY);

      // When
      Answer answer = api.call("POST", "/execs", Map.of());

      // Then
      assertThat(answer.status()).as(answer.text()).isEqualTo(200);
      assertThat(answer.text().split("\\|", 5))
          .startsWith("3 one 42 %41 a+b home", "0 two", "three")
          .satisfies(
              parts -> {
                assertThat(parts[3].strip()).isEqualTo("timedOut");
                assertThat(parts[4]).startsWith("CRASHED 7 [reason]").endsWith("exited with 7.");
              });
      assertThat(api.later("GET", "/observe/metrics", null, Map.of("Accept", "*/*")).join().text())
          .as("failOnExit does not change what is counted")
          .containsPattern(
              "caravanserai_exec_seconds_count\\{.*code=\"other\",outcome=\"exited\".*} 2")
          .doesNotContain("notTried");
    }
  }
}
