package dev.caravanserai.contract;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.Outcome;
import dev.caravanserai.session.State;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Codes and states of contract, code and documentation are the same. */
class ContractWordsTest {
  private final Contract contract = Contract.load();

  @Test
  void failure_codes_and_states_and_outcomes_are_those_of_the_contract() throws Exception {
    // Given
    JsonNode schemas = new YAMLMapper().readTree(contract.yaml()).at("/components/schemas");

    // When
    List<String> codes = words(schemas.at("/FailureCode/enum"));
    List<String> states = words(schemas.at("/State/enum"));
    List<String> outcomes = words(schemas.at("/ExecResult/properties/outcome/enum"));

    // Then
    assertThat(codes).containsExactly(names(FailureCode.values()));
    assertThat(states).containsExactly(names(State.values()));
    assertThat(outcomes)
        .containsExactly(
            Stream.of(Outcome.class.getPermittedSubclasses())
                .map(Class::getSimpleName)
                .map(name -> Character.toLowerCase(name.charAt(0)) + name.substring(1))
                .toArray(String[]::new));
  }

  @Test
  void documentation_has_every_failure_code_with_its_status() throws Exception {
    // Given
    Path documentation = Path.of("docs/api.md");

    // When
    List<String> rows =
        Files.readAllLines(documentation).stream()
            .filter(line -> line.matches("\\| `[A-Z_]+` \\| \\d+ .*"))
            .toList();

    // Then
    assertThat(rows)
        .containsExactly(
            Stream.of(FailureCode.values())
                .map(code -> "| `%s` | %d | %s |".formatted(code, code.httpStatus(), code.title()))
                .toArray(String[]::new));
  }

  @ParameterizedTest
  @ValueSource(strings = {"405", "406", "413", "415"})
  void statuses_with_the_code_of_an_invalid_request_are_documented(String status) throws Exception {
    assertThat(Files.readString(Path.of("docs/api.md")))
        .contains("| %s | `INVALID_REQUEST` |".formatted(status));
    assertThat(new String(contract.yaml(), StandardCharsets.UTF_8)).contains(status);
  }

  @Test
  void published_contract_is_the_file_of_the_configuration() throws Exception {
    // Given
    Path file = Path.of("config/openapi/caravanserai.yaml");

    // When
    byte[] published = contract.yaml();

    // Then
    assertThat(published).isEqualTo(Files.readAllBytes(file));
  }

  private static List<String> words(JsonNode list) {
    return StreamSupport.stream(list.spliterator(), false).map(JsonNode::textValue).toList();
  }

  private static String[] names(Enum<?>[] values) {
    return Stream.of(values).map(Enum::name).toArray(String[]::new);
  }
}
