package dev.caravanserai;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Test;

/** The components that docs/routes.md lists are in the server. */
class RoutesDocumentTest {
  private static final Pattern WORD = Pattern.compile("`([\\w*-]+)`");

  @Test
  void listed_components_languages_and_data_formats_are_available() throws Exception {
    try (CamelContext context = new DefaultCamelContext()) {
      List<String> parts = List.of(listed().split("; the (?:languages|data format)"));

      assertThat(words(parts.get(0)))
          .isNotEmpty()
          .allSatisfy(name -> assertThat(context.getComponent(oneOf(name))).as(name).isNotNull());
      assertThat(words(parts.get(1)))
          .isNotEmpty()
          .allSatisfy(name -> assertThat(context.resolveLanguage(name)).as(name).isNotNull());
      assertThat(words(parts.get(2)))
          .isNotEmpty()
          .allSatisfy(name -> assertThat(context.resolveDataFormat("jackson")).isNotNull());
    }
  }

  @Test
  void every_example_and_every_kamelet_for_users_is_listed() throws IOException {
    String text = Files.readString(Path.of("docs/routes.md"));
    try (Stream<Path> examples = Files.list(Path.of("examples"))) {
      assertThat(examples.map(file -> file.getFileName().toString()))
          .allSatisfy(name -> assertThat(text).contains("`" + name));
    }
    try (Stream<Path> kamelets = Files.list(Path.of("kamelets"))) {
      assertThat(kamelets.map(file -> file.getFileName().toString().replace(".kamelet.yaml", "")))
          .allSatisfy(name -> assertThat(text).contains("`" + name + "`"));
    }
  }

  private static String oneOf(String name) {
    return name.replace("kubernetes-*", "kubernetes-pods");
  }

  private static String listed() throws IOException {
    String text = Files.readString(Path.of("docs/routes.md"));
    int start = text.indexOf("In the server:");
    return text.substring(start, text.indexOf("\n\n", start));
  }

  private static List<String> words(String text) {
    return WORD.matcher(text).results().map((MatchResult found) -> found.group(1)).toList();
  }
}
