package dev.caravanserai.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravanserai.session.ExecSpec;
import dev.caravanserai.session.InvalidRequestException;
import dev.caravanserai.session.InvalidRequestException.Violation;
import dev.caravanserai.session.SessionSpec;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class ContractPropertiesTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Set<String> KNOWN =
      Set.of(
          "profile",
          "id",
          "image",
          "command",
          "args",
          "env",
          "workingDir",
          "timeoutSeconds",
          "resources",
          "storage",
          "labels",
          "metadata");

  private final Contract contract = Contract.load();

  @Property(tries = 300)
  void valid_request_is_read_as_it_was_written(@ForAll("specs") SessionSpec spec) throws Exception {
    // Given
    byte[] body = JSON.writeValueAsBytes(RequestReader.json(spec));

    // When
    SessionSpec read =
        contract.readSession(JSON.readTree(body), spec.tenant(), spec.idempotencyKey());

    // Then
    assertThat(read).isEqualTo(spec);
    assertThat(read.env().keySet()).containsExactlyElementsOf(spec.env().keySet());
  }

  @Property(tries = 300)
  void unknown_field_is_always_refused_at_its_place(
      @ForAll("specs") SessionSpec spec, @ForAll("text") String name) {
    // Given
    if (KNOWN.contains(name)) {
      return;
    }
    ObjectNode body = RequestReader.json(spec).put(name, "x");

    // When
    InvalidRequestException refused =
        catchThrowableOfType(
            InvalidRequestException.class,
            () -> contract.readSession(body, spec.tenant(), Optional.empty()));

    // Then
    assertThat(refused.violations())
        .extracting(Violation::pointer)
        .containsExactly("/" + name.replace("~", "~0").replace("/", "~1"));
  }

  @Property(tries = 300)
  void any_invalid_body_is_rejected_without_another_error(@ForAll("json") JsonNode body) {
    // When
    try {
      contract.readSession(body, "acme", Optional.empty());
      contract.readExec(body);
    } catch (InvalidRequestException refused) {

      // Then
      assertThat(refused.violations())
          .isNotEmpty()
          .allSatisfy(violation -> assertThat(violation.message()).isNotBlank());
    }
  }

  @Property(tries = 300)
  void script_is_read_as_it_was_written(@ForAll("text") String script, @ForAll("text") String stdin)
      throws Exception {
    // Given
    ObjectNode body = JSON.createObjectNode().put("script", script).put("stdin", stdin);

    // When
    ExecSpec read = contract.readExec(JSON.readTree(JSON.writeValueAsBytes(body)));

    // Then
    assertThat(read.script()).hasValue(script);
    assertThat(new String(read.stdin().orElseThrow(), StandardCharsets.UTF_8)).isEqualTo(stdin);
  }

  @Provide
  Arbitrary<SessionSpec> specs() {
    return Combinators.combine(
            name("abcxyz019", 20).optional(),
            name("aZ09._~@:-", 127).optional(),
            name("az09./:@-", 60).optional(),
            text().list().ofMaxSize(4),
            Arbitraries.maps(name("AZaz09_.-", 10), text()).ofMaxSize(4),
            Arbitraries.longs().between(1, Integer.MAX_VALUE).map(Duration::ofSeconds).optional(),
            resources(),
            Arbitraries.maps(name("aZ09", 61).map(n -> "example.com/" + n), name("aZ09", 62))
                .ofMaxSize(3))
        .as(
            (profile, id, image, words, env, timeout, resources, labels) ->
                new SessionSpec(
                    "acme",
                    profile,
                    id,
                    image,
                    words,
                    words,
                    env,
                    id.map(x -> "/work space/" + x),
                    timeout,
                    resources,
                    profile.map(p -> new SessionSpec.Storage("1.5Gi", profile, Optional.of("/w"))),
                    labels,
                    Map.of("words", words, "n", Map.of("x", 1, "y", true)),
                    id));
  }

  private static Arbitrary<SessionSpec.Resources> resources() {
    Arbitrary<Map<String, String>> quantities =
        Arbitraries.maps(
                Arbitraries.of("cpu", "memory", "nvidia.com/gpu", "hugepages-2Mi"),
                Combinators.combine(
                        Arbitraries.of("0", "1", "100", "1.5", ".5", "12."),
                        Arbitraries.of("", "m", "k", "M", "Gi", "e3", "E-2", "E"))
                    .as((number, suffix) -> number + suffix))
            .ofMaxSize(3);
    return Combinators.combine(quantities, quantities).as(SessionSpec.Resources::new);
  }

  /** Any text but NUL and halves of surrogate pairs. */
  @Provide
  Arbitrary<String> text() {
    return Arbitraries.strings()
        .all()
        .excludeChars('\0')
        .ofMaxLength(20)
        .filter(s -> s.codePoints().noneMatch(c -> c >= 0xd800 && c <= 0xdfff));
  }

  @Provide
  Arbitrary<JsonNode> json() {
    Arbitrary<JsonNode> leaf =
        Arbitraries.oneOf(
            Arbitraries.strings().all().ofMaxLength(8).map(JSON::valueToTree),
            Arbitraries.doubles().map(JSON::valueToTree),
            Arbitraries.longs().map(JSON::valueToTree),
            Arbitraries.of(true, false).map(JSON::valueToTree),
            Arbitraries.just(JSON.nullNode()));
    Arbitrary<String> name =
        Arbitraries.oneOf(
            Arbitraries.of(KNOWN),
            Arbitraries.of("script", "shell", "stdin", "limits", "size", "encoding"),
            Arbitraries.strings().all().ofMaxLength(4));
    return Arbitraries.lazyOf(
        () -> leaf,
        () -> json(name, leaf, 2),
        () -> json(name, leaf, 1).list().ofMaxSize(3).map(JSON::valueToTree));
  }

  private static Arbitrary<JsonNode> json(
      Arbitrary<String> name, Arbitrary<JsonNode> leaf, int depth) {
    Arbitrary<JsonNode> value =
        depth == 0 ? leaf : Arbitraries.oneOf(leaf, json(name, leaf, depth - 1));
    return Arbitraries.maps(name, value).ofMaxSize(5).map(JSON::valueToTree);
  }

  /** Begins with a letter. */
  private static Arbitrary<String> name(String characters, int longest) {
    return Arbitraries.strings()
        .withChars(characters.toCharArray())
        .ofMaxLength(longest)
        .map(rest -> "a" + rest);
  }
}
