package dev.caravanserai.profile;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravanserai.session.Annotations;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Secret;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class PlannerPropertiesTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Property(tries = 200)
  void request_arrives_unchanged_and_its_environment_only_in_the_secret(
      @ForAll("nasty") String id, @ForAll("nasty") String value, @ForAll("nasty") String argument)
      throws Exception {
    String secret = "s3cr3t" + value;
    Requests request =
        Requests.of("default")
            .id(id)
            .env(Map.of("TOKEN", secret))
            .command("echo", argument)
            .metadata(Map.of("note", argument));

    Plan plan = request.plan();

    assertThat(plan.id()).isEqualTo(id);
    assertThat(plan.pod().getMetadata().getAnnotations()).containsEntry(Annotations.ID, id);
    Container main = plan.pod().getSpec().getContainers().get(0);
    assertThat(kubelet(main.getCommand().get(1))).isEqualTo(argument);
    assertThat(plan.objects()).hasSize(1);
    String kept = ((Secret) plan.objects().get(0)).getData().get("TOKEN");
    assertThat(new String(Base64.getDecoder().decode(kept), "UTF-8")).isEqualTo(secret);
    assertThat(JSON.writeValueAsString(List.of(plan.anchor(), plan.pod())))
        .doesNotContain("s3cr3t")
        .doesNotContain(kept);
    assertThat(main.getEnv()).singleElement().satisfies(e -> assertThat(e.getValue()).isNull());
    assertThat(JSON.readTree(plan.anchor().getData().get("spec")).at("/metadata/note").asText())
        .isEqualTo(argument);
  }

  @Provide
  Arbitrary<String> nasty() {
    return Arbitraries.of(
            "${id}",
            "$${id}",
            "$(A)",
            "$$(A)",
            "$",
            "${",
            "}",
            "'",
            "\"",
            ": ",
            "- x",
            "{a: b}",
            "#",
            "when",
            "&a",
            "*a",
            "${''.class}",
            "é",
            "x",
            "-svc")
        .list()
        .ofMinSize(1)
        .ofMaxSize(8)
        .map(parts -> String.join("", parts));
  }

  /** The kubelet's expansion in a pod whose variables are all unknown to the test. */
  private static String kubelet(String text) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '$' && i + 1 < text.length()) {
        char next = text.charAt(i + 1);
        assertThat(next).as("a reference would be replaced").isNotEqualTo('(');
        if (next == '$') {
          i++;
        }
      }
      out.append(c);
    }
    return out.toString();
  }
}
