package dev.caravanserai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravanserai.Api.Answer;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Outcomes of commands are exact. */
@ExtendWith(NothingLeftBehind.class)
class ExecPromisesIT {
  @RegisterExtension static final TestServer SERVER = new TestServer();
  private static String session;

  private final Api api = SERVER.api();

  @BeforeAll
  static void start() {
    session = SERVER.api().session();
  }

  @Test
  void arguments_are_not_interpreted_by_a_shell() {
    Answer answer = api.exec(session, Map.of("command", List.of("printf", "%s", "a b;$(id)")));

    assertThat(answer.field("stdout")).isEqualTo("a b;$(id)");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 7, 126, 127, 137, 255})
  void exit_codes_are_returned_unchanged(int code) {
    Answer answer = api.exec(session, Map.of("command", List.of("sh", "-c", "exit " + code)));

    assertThat(answer.field("outcome")).as(answer.text()).isEqualTo("exited");
    assertThat(answer.body().path("exitCode").asInt(-1)).isEqualTo(code);
  }

  @Test
  void signal_that_a_command_sends_to_itself_ends_it() {
    String script = "kill -INT $$; echo ignored";

    Answer answer = api.exec(session, Map.of("command", List.of("sh", "-c", script)));

    assertThat(answer.body().path("exitCode").asInt(-1)).as(answer.text()).isEqualTo(130);
    assertThat(answer.field("stdout")).isEmpty();
  }

  @Test
  void environment_of_a_session_reaches_its_programs_and_its_path_decides_which_runs() {
    // Given
    String folder = "/tmp/own-" + Long.toString(System.nanoTime(), 36);
    String own =
        api.start(
                Map.of(
                    "env",
                    Map.of("my.var", "a dot", "a-b", "a dash", "PATH", folder + ":/usr/bin:/bin")))
            .field("id");
    String program =
        "mkdir %1$s && printf '#!/bin/sh\necho own $1\n' >%1$s/ls && chmod +x %1$s/ls"
            .formatted(folder);

    // When
    Answer env = api.exec(own, Map.of("command", List.of("env")));
    Answer made = api.exec(own, Map.of("script", program));
    Answer ls = api.exec(own, Map.of("command", List.of("ls", "one")));

    // Then
    assertThat(env.field("stdout").lines()).as(env.text()).contains("my.var=a dot", "a-b=a dash");
    assertThat(made.body().path("exitCode").asInt(-1)).as(made.text()).isZero();
    assertThat(ls.field("stdout")).as(ls.text()).isEqualTo("own one\n");
  }

  @Test
  void rejected_exec_says_what_is_wrong_and_what_would_be_right() {
    Map<String, ?> lines = Map.of("script", "cat", "stdin", "aGVs\nbG8=", "encoding", "base64");

    Answer stdin = api.exec(session, lines);
    Answer container = api.exec(session, Map.of("script", "true", "container", "nope"));
    Answer tooLong = api.exec(session, Map.of("script", "true", "timeoutSeconds", 1_000_000));

    assertThat(stdin.status()).isEqualTo(400);
    assertThat(stdin.text()).contains("/stdin", "line breaks");
    assertThat(container.status()).isEqualTo(404);
    assertThat(container.field("detail")).contains("has no container nope; it has ");
    assertThat(tooLong.status()).isEqualTo(400);
    assertThat(tooLong.text()).contains("/timeoutSeconds", "caravanserai.exec.max-timeout");
  }

  @Test
  void ten_megabytes_of_random_bytes_are_returned_unchanged_on_both_streams() {
    // Given
    byte[] bytes = new byte[10_000_000];
    new Random(42).nextBytes(bytes);
    byte[] err = new byte[10_000_000];
    new Random(43).nextBytes(err);

    // When
    Answer out =
        api.exec(
            session,
            Map.of(
                "command", List.of("cat"),
                "stdin", Base64.getEncoder().encodeToString(bytes),
                "encoding", "base64"));
    Answer onError =
        api.exec(
            session,
            Map.of(
                "script", "cat >&2",
                "stdin", Base64.getEncoder().encodeToString(err),
                "encoding", "base64"));

    // Then
    assertThat(Arrays.equals(Base64.getDecoder().decode(out.field("stdout")), bytes)).isTrue();
    assertThat(out.field("stderr")).isEmpty();
    assertThat(Arrays.equals(Base64.getDecoder().decode(onError.field("stderr")), err)).isTrue();
    assertThat(onError.field("stdout")).isEmpty();
  }

  @Test
  void script_arrives_unchanged() {
    String script =
        """
        printf '%s|' "a'b" 'c"d' "$((1+1))" | cat
        cat <<'EOF' | tr a-z A-Z
        here $HOME `id` ünïcödé \\ "x"
        EOF
        x='line\r'; printf %s "$x" | wc -c
        """;

    Answer answer = api.exec(session, Map.of("script", script));

    assertThat(answer.field("stdout").replace(" ", ""))
        .as(answer.text())
        .startsWith("a'b|c\"d|2|HERE$HOME`ID`")
        .endsWith("5\n");
  }

  @Test
  void time_out_returns_what_was_written_and_leaves_no_process() {
    // Given
    Sleepers sleepers = new Sleepers(session);
    double seconds = 1 + 20 * took(Map.of("script", "true"));

    // When
    Answer late =
        api.exec(
            session, Map.of("script", "echo early; " + sleepers.two(), "timeoutSeconds", seconds));
    int left = sleepers.count(api);

    // Then
    assertThat(late.field("outcome")).isEqualTo("timedOut");
    assertThat(late.field("stdout")).isEqualTo("early\n");
    assertThat(late.body().has("exitCode")).isFalse();
    assertThat(left).isZero();
  }

  /** In seconds: so that a time-out leaves a slow machine the time to begin. */
  private double took(Map<String, ?> exec) {
    return api.exec(session, exec).body().path("durationMs").asDouble() / 1000;
  }

  @Test
  void missing_program_is_not_started() {
    Answer answer = api.exec(session, Map.of("command", List.of("no-such-program")));

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.field("outcome")).isEqualTo("notStarted");
    assertThat(answer.body().path("failure").path("message").asText()).contains("no-such-program");
  }
}
