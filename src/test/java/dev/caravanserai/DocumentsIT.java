package dev.caravanserai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the documents tell a reader to type works, word for word and in their order, and answers as
 * they show: every field of a shown answer is there with the shown value, {@code …} for any.
 */
@Tag("local")
@ExtendWith(NothingLeftBehind.class)
class DocumentsIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path PROFILES = folder();

  @RegisterExtension
  static final TestServer SERVER =
      new TestServer(
          Map.of("caravanserai.profile.folder", PROFILES.toString()),
          "examples/own-api/greetings.camel.yaml");

  @TempDir private Path workingDir;

  /** Commands, and the answer that the document shows. */
  private record Step(String commands, Optional<String> answer) {}

  @BeforeEach
  void tools() {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/curl")), "needs curl");
  }

  @Test
  void commands_of_the_api_document_work_as_shown() throws Exception {
    assertThat(run(steps(Path.of("docs/api.md")))).isEqualTo(6);
  }

  @Test
  void commands_of_the_profiles_document_work_as_shown() throws Exception {
    assertThat(run(steps(Path.of("docs/profiles.md")))).isEqualTo(6);
  }

  /** The profiles of the document, which the server reads when it starts. */
  private static Path folder() {
    try {
      Path parent = Files.createTempDirectory("caravanserai-documents");
      for (Step step : steps(Path.of("docs/profiles.md"))) {
        if (step.commands().contains("cat > profiles/")) {
          bash(parent, step.commands(), Map.of());
        }
      }
      return parent.resolve("profiles");
    } catch (IOException | InterruptedException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** All but the command that starts a server: the test's own stands for it. */
  private static List<Step> steps(Path document) throws IOException {
    List<Step> steps = new ArrayList<>();
    for (Markdown.Block block : Markdown.blocks(document)) {
      if (block.language().equals("json") && !steps.isEmpty()) {
        Step last = steps.remove(steps.size() - 1);
        steps.add(new Step(last.commands(), Optional.of(block.text())));
      } else if (block.language().equals("sh") && !block.text().contains("exec:java")) {
        steps.add(new Step(block.text(), Optional.empty()));
      }
    }
    return steps;
  }

  /**
   * @return how many answers were compared
   */
  private int run(List<Step> steps) throws Exception {
    // Given
    StringBuilder script = new StringBuilder();
    for (int i = 0; i < steps.size(); i++) {
      script.append("{\n%s\n} > answer-%d\n".formatted(steps.get(i).commands(), i));
    }

    // When
    bash(
        workingDir,
        script.toString(),
        Map.of("URL", SERVER.server().url().toString(), "KEY", TestServer.KEY));

    // Then
    int compared = 0;
    for (int i = 0; i < steps.size(); i++) {
      if (steps.get(i).answer().isPresent()) {
        JsonNode given = JSON.readTree(workingDir.resolve("answer-" + i).toFile());
        assertShown(JSON.readTree(steps.get(i).answer().get()), given, given);
        compared++;
      }
    }
    return compared;
  }

  private static void assertShown(JsonNode shown, JsonNode given, JsonNode whole) {
    if (shown.isObject()) {
      shown
          .fields()
          .forEachRemaining(f -> assertShown(f.getValue(), given.path(f.getKey()), whole));
    } else if (shown.isArray()) {
      assertThat(given.size()).as(whole.toString()).isEqualTo(shown.size());
      for (int i = 0; i < shown.size(); i++) {
        assertShown(shown.get(i), given.get(i), whole);
      }
    } else if (shown.asText().equals("…")) {
      assertThat(given.isMissingNode()).as(whole.toString()).isFalse();
    } else {
      assertThat(given).as(whole.toString()).isEqualTo(shown);
    }
  }

  private static void bash(Path workingDir, String commands, Map<String, String> environment)
      throws IOException, InterruptedException {
    Path script = Files.createTempFile("document", ".sh");
    Files.writeString(script, "set -e\n" + commands);
    ProcessBuilder bash =
        new ProcessBuilder("bash", script.toString())
            .directory(workingDir.toFile())
            .redirectErrorStream(true);
    bash.environment().putAll(environment);
    Process process = bash.start();
    String output = new String(process.getInputStream().readAllBytes());
    assertThat(process.waitFor()).as(output).isZero();
    Files.delete(script);
  }
}
