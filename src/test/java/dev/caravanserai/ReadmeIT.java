package dev.caravanserai;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The commands of the README work literally. */
@Tag("local")
@ExtendWith(NothingLeftBehind.class)
class ReadmeIT {
  @RegisterExtension static final TestServer SERVER = new TestServer();

  @Test
  void first_session_with_curl_works() throws Exception {
    // Given
    Assumptions.assumeTrue(Files.isExecutable(Path.of("/usr/bin/curl")), "needs curl");
    String session =
        blocks().stream().filter(b -> b.contains("/v1/sessions/first")).findFirst().orElseThrow();
    String commands = session.substring(session.indexOf("alias"));

    // When
    String output = bash("shopt -s expand_aliases\n" + commands);

    // Then
    assertThat(output)
        .contains("\"id\":\"first\"")
        .contains("\"state\":\"RUNNING\"")
        .contains("\"stdout\":\"a b;$(id)\"")
        .contains("\"exitCode\":7")
        .contains("\"stderr\":\"err\\n\"");
  }

  @Test
  void every_file_named_in_the_readme_exists() throws IOException {
    // Given
    Matcher links =
        Pattern.compile("]\\(([^)#:]+)\\)").matcher(Files.readString(Path.of("README.md")));
    List<String> missing = new ArrayList<>();

    // When
    while (links.find()) {
      if (!Files.exists(Path.of(links.group(1)))) {
        missing.add(links.group(1));
      }
    }

    // Then
    assertThat(missing).isEmpty();
  }

  private static List<String> blocks() throws IOException {
    return Markdown.blocks(Path.of("README.md")).stream().map(Markdown.Block::text).toList();
  }

  private static String bash(String commands) throws IOException, InterruptedException {
    Path script = Files.createTempFile("readme", ".sh");
    Files.writeString(script, "set -e\n" + commands);
    ProcessBuilder bash = new ProcessBuilder("bash", script.toString()).redirectErrorStream(true);
    bash.environment().put("URL", SERVER.server().url().toString());
    bash.environment().put("KEY", TestServer.KEY);
    Process process = bash.start();
    String output = new String(process.getInputStream().readAllBytes());
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }
}
