package dev.caravanserai.contract;

import static dev.caravanserai.contract.ContractRequests.json;
import static dev.caravanserai.contract.ContractRequests.refusedStart;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravanserai.session.InvalidRequestException;
import dev.caravanserai.session.InvalidRequestException.Violation;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What breaks the contract is refused at its place, with what would be right and without what may
 * be secret.
 */
class ContractRefusalTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private final Contract contract = Contract.load();

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"imagee\":\"x\"}                              | /imagee                  | did you mean image?",
        "{\"colour\":1}                                  | /colour                  | known are profile, id, image",
        "{\"image\":5}                                   | /image                   | not the number 5",
        "{\"image\":null}                                | /image                   | not null",
        "{\"image\":\"a b\"}                             | /image                   | not \"a b\"",
        "{\"id\":\"-a\"}                                 | /id                      | a letter or digit first",
        "{\"id\":\"a\\n\"}                               | /id                      | not \"a\\n\"",
        "{\"profile\":\"No Such\"}                       | /profile                 | such as default",
        "{\"command\":\"sleep 1\"}                       | /command                 | a list, not text",
        "{\"args\":[\"a\",5]}                            | /args/1                  | text",
        "{\"workingDir\":\"tmp\"}                        | /workingDir              | an absolute path",
        "{\"resources\":{\"limits\":{\"memory\":\"12Qx\"}}} | /resources/limits/memory | such as \"512Mi\"",
        "{\"resources\":{\"limits\":{\"memory\":\"-1\"}}} | /resources/limits/memory | not \"-1\"",
        "{\"resources\":{\"requests\":{\"cpu\":2}}}      | /resources/requests/cpu  | in quotes",
        "{\"resources\":{\"limit\":{}}}                  | /resources/limit         | did you mean limits?",
        "{\"resources\":{\"limits\":{\"a b\":\"1\"}}}    | /resources/limits/a b    | name of a resource",
        "{\"env\":{\"A=B\":\"x\"}}                       | /env/A=B                 | name of letters",
        "{\"env\":{\"\":\"x\"}}                          | /env/                    | name of letters",
        "{\"env\":{\"..\":\"x\"}}                        | /env/..                  | name of letters",
        "{\"env\":{\"A\":5}}                             | /env/A                   | must be text",
        "{\"env\":{\"A\":\"a\\u0000b\"}}                 | /env/A                   | without NUL",
        "{\"timeoutSeconds\":-1}                         | /timeoutSeconds          | from 1 to",
        "{\"timeoutSeconds\":0}                          | /timeoutSeconds          | not the number 0",
        "{\"timeoutSeconds\":1.5}                        | /timeoutSeconds          | a whole number",
        "{\"timeoutSeconds\":\"60\"}                     | /timeoutSeconds          | not \"60\"",
        "{\"timeoutSeconds\":1e400}                      | /timeoutSeconds          | a double",
        "{\"metadata\":{\"a\":1e-999999999}}              | /metadata/a              | a double",
        "{\"timeoutSeconds\":99999999999999999999}       | /timeoutSeconds          | 2147483647",
        "{\"storage\":{}}                                | /storage/size            | is missing",
        "{\"storage\":{\"size\":\"1Gi\",\"path\":\"w\"}} | /storage/path            | an absolute path",
        "{\"labels\":{\"caravanserai.dev/tenant\":\"x\"}} | /labels/caravanserai.dev~1tenant | reserved",
        "{\"labels\":{\"app.kubernetes.io/managed-by\":\"x\"}} | /labels/app.kubernetes.io~1managed-by | reserved",
        "{\"labels\":{\"_a\":\"x\"}}                     | /labels/_a               | label key",
        "{\"labels\":{\"a\":\"x y\"}}                    | /labels/a                | label value",
        "{\"metadata\":[]}                               | /metadata                | an object, not a list",
        "{\"metadata\":{\"a/b\":[\"\\ud800\"]}}          | /metadata/a~1b/0         | surrogate",
      })
  void invalid_start_is_rejected_with_pointer_and_rule(
      String body, String pointer, String message) {
    // Given
    JsonNode request = json(body);

    // When
    List<Violation> violations = refusedStart(contract, request);

    // Then
    assertThat(violations).singleElement().extracting(Violation::pointer).isEqualTo(pointer);
    assertThat(violations.get(0).message()).contains(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{}                                                    | ``              | exactly one of command and script",
        "{\"command\":[\"true\"],\"script\":\"true\"}          | ``              | exactly one of command and script",
        "[]                                                    | ``              | not a list",
        "{\"command\":[]}                                      | /command        | a list of a program",
        "{\"command\":[\"a\"],\"shell\":\"sh\"}                | /shell          | is allowed only with script",
        "{\"script\":\"a\",\"timeoutSeconds\":0}               | /timeoutSeconds | above 0",
        "{\"script\":\"a\",\"encoding\":\"utf-8\"}             | /encoding       | utf8 or base64",
        "{\"script\":\"a\",\"env\":{\"A B\":\"\"}}             | /env/A B        | letters, digits, '_'",
        "{\"script\":\"a\",\"container\":\"A B\"}              | /container      | the name of a container",
        "{\"script\":\"a\",\"workingDir\":\"\"}                | /workingDir     | a path",
        "{\"script\":\"a\",\"time\":1}                         | /time           | known are command, script",
        "{\"script\":\"a\\u0000\"}                             | /script         | without NUL",
        "{\"command\":[\"a\"],\"stdin\":\"=\",\"encoding\":\"base64\"} | /stdin  | must be base64",
      })
  void invalid_exec_is_rejected_with_pointer_and_rule(String body, String pointer, String message) {
    // Given
    JsonNode request = json(body);

    // When
    InvalidRequestException refused =
        catchThrowableOfType(InvalidRequestException.class, () -> contract.readExec(request));

    // Then
    assertThat(refused.violations())
        .singleElement()
        .extracting(Violation::pointer)
        .isEqualTo(pointer);
    assertThat(refused.violations().get(0).message()).contains(message);
  }

  @Test
  void all_violations_are_reported_at_once() {
    // Given
    JsonNode request = json("{\"imagee\":1,\"image\":\"\",\"env\":{\"A=\":\"\"},\"labels\":5}");

    // When
    List<Violation> violations = refusedStart(contract, request);

    // Then
    assertThat(violations)
        .extracting(Violation::pointer)
        .containsExactlyInAnyOrder("/imagee", "/image", "/env/A=", "/labels");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"env\":{\"TOKEN\":\"s3cret\\u0000\"}}",
        "{\"env\":{\"TOKEN\":534243}}",
        "{\"env\":\"TOKEN=s3cret\"}",
        "{\"command\":\"login s3cret\"}",
        "{\"command\":[\"s3cret\\u0000\"]}"
      })
  void value_that_may_be_secret_is_not_repeated(String body) {
    // Given
    JsonNode request = json(body);

    // When
    List<Violation> violations = refusedStart(contract, request);

    // Then
    assertThat(violations.toString()).doesNotContain("s3cret", "534243");
  }

  @ParameterizedTest
  @CsvSource({
    "'{\"command\": [', '1', 1",
    "'{\"labels\": {\"a\": [', '1', 1",
    "'{\"metadata\": {\"a\": [', '1e999', 100",
    "'{\"metadata\": {\"a\": [', '\"\\ud800\"', 100"
  })
  void body_with_a_million_mistakes_is_refused_for_the_first_of_them(
      String start, String mistake, int reported) {
    // Given
    String values = String.join(",", Collections.nCopies(1_000_000, mistake));
    JsonNode request = json(start + values + "]}" + "}".repeat(start.split("\\{").length - 2));

    // When
    List<Violation> violations = refusedStart(contract, request);

    // Then
    assertThat(violations).hasSizeBetween(1, reported);
  }

  @Test
  void body_with_many_names_that_are_no_text_is_refused_for_the_first_of_them() {
    // Given
    String names =
        IntStream.range(0, 1000)
            .mapToObj(i -> "\"\\ud800%d\": 1".formatted(i))
            .collect(Collectors.joining(","));

    // When
    List<Violation> violations = refusedStart(contract, json("{\"metadata\": {" + names + "}}"));

    // Then
    assertThat(violations).hasSize(100);
    assertThat(violations.get(0).pointer()).isEqualTo("/metadata");
  }

  @Test
  void empty_or_too_long_idempotency_key_is_rejected() {
    // Given
    Stream<String> keys = Stream.of("", " ", "k".repeat(256));

    // When
    List<InvalidRequestException> refused =
        keys.map(
                key ->
                    catchThrowableOfType(
                        InvalidRequestException.class,
                        () -> contract.readSession(json("{}"), "acme", Optional.of(key))))
            .toList();

    // Then
    assertThat(refused)
        .allSatisfy(
            e -> assertThat(e.violations().get(0).pointer()).isEqualTo("/header/Idempotency-Key"));
  }
}
