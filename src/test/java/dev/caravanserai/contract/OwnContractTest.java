package dev.caravanserai.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.caravanserai.session.InvalidRequestException;
import dev.caravanserai.session.InvalidRequestException.Violation;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A contract of one's own may use rules that the server's API does not need. */
class OwnContractTest {
  private static final String DOCUMENT =
      """
      openapi: 3.1.0
      info: {title: Own, version: "1"}
      paths:
        /own:
          post:
            operationId: own
            x-scope: routes
            parameters:
              - {name: n, in: query, schema: {type: number}}
            requestBody:
              required: true
              content:
                application/json:
                  schema:
                    type: object
                    properties:
                      value: %s
            responses: {"200": {description: Done}}
      """;

  @Test
  void repeated_entry_of_a_list_without_duplicates_is_named_as_such() {
    assertThat(refused("{type: array, items: {type: string}, uniqueItems: true}", "[\"a\",\"a\"]"))
        .containsExactly(new Violation("/value", "must not have an entry twice"));
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "date-time, gestern, 2026-11-26T16:00:00Z",
        "date, 2026-13-01, 2026-11-26",
        "time, 25 o'clock, 16:00:00Z",
        "duration, a day, P1D",
        "email, x, a@example.org",
        "hostname, a b, example.org",
        "ipv4, 1.2.3, 1.2.3.4",
        "ipv6, 1.2.3.4, ::1",
        "uri, a b, https://example.org/a",
        "uri-reference, a b, /a?b",
        "uuid, 1234, 0b0f1a2e-6a1e-4d1f-9a53-2f1f0d0d4c11",
        "regex, (, a*",
        "json-pointer, a, /a/0",
      })
  void value_that_does_not_have_the_format_is_refused(String format, String wrong, String right) {
    String schema = "{type: string, format: %s}".formatted(format);
    assertThat(refused(schema, "\"" + wrong + "\""))
        .containsExactly(
            new Violation(
                "/value", "must be text of the format %s, not \"%s\"".formatted(format, wrong)));
    assertThat(read(schema, "\"" + right + "\"", "1").body()).hasValue(Map.of("value", right));
  }

  @ParameterizedTest
  @ValueSource(strings = {"1e3", "1E+3", "1.5e-2", "-0.5", "1e0000000003"})
  void number_in_a_parameter_is_any_number_of_json(String number) {
    assertThat(new BigDecimal(read("{}", "1", number).parameters().get("n").toString()))
        .isEqualByComparingTo(number);
  }

  @ParameterizedTest
  @ValueSource(strings = {"1e", "e3", "1e999999999", "1e9999999999", "1e-9999999999", "01", "+1"})
  void text_in_a_parameter_that_is_no_number_is_refused(String text) {
    assertThat(
            catchThrowableOfType(InvalidRequestException.class, () -> read("{}", "1", text))
                .violations())
        .extracting(Violation::pointer)
        .containsExactly("/query/n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a@corp.local", "a.b+c@srv.k8s", "a@b", "jörg@example.org"})
  void email_address_of_any_domain_is_read(String address) {
    assertThat(read("{type: string, format: email}", "\"" + address + "\"", "1").body())
        .hasValue(Map.of("value", address));
  }

  @ParameterizedTest
  @ValueSource(strings = {"a@", "@b", "a@b@c", "a b@c", "a@b c", "a@b\\n"})
  void text_that_is_no_email_address_is_refused(String text) {
    assertThat(refused("{type: string, format: email}", "\"" + text + "\""))
        .extracting(Violation::pointer)
        .containsExactly("/value");
  }

  @Test
  void body_whose_check_needs_more_than_the_stack_is_refused() {
    String endless =
        DOCUMENT.formatted("{$ref: '#/components/schemas/A'}")
            + "components: {schemas: {A: {$ref: '#/components/schemas/A'}}}\n";
    ApiOperation operation = ApiDocument.read(bytes(endless)).operations().get(0);
    assertThatThrownBy(
            () -> operation.read(Map.of(), Map.of(), name -> List.of(), bytes("{\"value\": 1}")))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("is nested too deeply");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{type: number}|{type: [number, 'null']}|parameter n cannot be checked as it is written",
        "schema: {type: number}|content: {application/json: {schema: {type: object}}}|parameter n cannot be checked",
        "schema: {type: number}|explode: false, schema: {type: array, items: {type: string}}|parameter n cannot be checked",
        "schema: {type: number}|style: pipeDelimited, schema: {type: number}|parameter n cannot be checked",
        "/own:|/own/{other}:|operation own has no parameter for {other} in the path /own/{other}",
      })
  void document_whose_requests_cannot_be_checked_is_refused(
      String right, String wrong, String why) {
    String document = DOCUMENT.replace(right, wrong);
    assertThat(document).contains(wrong);
    assertThatThrownBy(
            () -> ApiDocument.read(document.formatted("{}").getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(why);
  }

  @Test
  void two_operations_of_one_id_or_for_the_same_requests_are_refused() {
    String another =
        """
          /own/{%s}:
            %s:
              operationId: %s
              x-scope: routes
              parameters: [{name: %s, in: path, required: true, schema: {type: string}}]
              responses: {"200": {description: Done}}
        """;
    String document = DOCUMENT.formatted("{}");
    String get = another.formatted("a", "get", "get", "a");
    assertThatThrownBy(
            () -> ApiDocument.read(bytes(document + another.formatted("a", "get", "own", "a"))))
        .hasMessageContaining(
            "POST /own (operation own) and GET /own/{a} (operation own) have the same operationId");
    assertThatThrownBy(
            () -> ApiDocument.read(bytes(document + get + another.formatted("b", "get", "b", "b"))))
        .hasMessageContaining(
            "GET /own/{a} (operation get) and GET /own/{b} (operation b) take the same requests");
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static List<Violation> refused(String schema, String value) {
    return catchThrowableOfType(InvalidRequestException.class, () -> read(schema, value, "1"))
        .violations();
  }

  private static ApiOperation.Values read(String schema, String value, String number) {
    return ApiDocument.read(DOCUMENT.formatted(schema).getBytes(StandardCharsets.UTF_8))
        .operations()
        .get(0)
        .read(
            Map.of(),
            Map.of("n", List.of(number)),
            name -> List.of(),
            "{\"value\":%s}".formatted(value).getBytes(StandardCharsets.UTF_8));
  }
}
