package dev.caravanserai.contract;

import static dev.caravanserai.contract.ContractRequests.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.caravanserai.session.InvalidRequestException;
import dev.caravanserai.session.InvalidRequestException.Violation;
import dev.caravanserai.session.Yaml;
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
        "date-time, 2026-11-26 16:00:00Z, 2026-11-26t16:00:00+01:00",
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
  void value_whose_check_needs_more_than_the_stack_is_refused() {
    assertThat(ContractSchema.of(Yaml.read("A: {$ref: '#/A'}"), "/A").check(json("1")))
        .containsExactly(new Violation("", "is nested too deeply"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{$ref: '#/components/schemas/A'}|/components/schemas/A refers to itself",
        "{allOf: [{type: object}, {not: {$ref: '#/components/schemas/A'}}]}|/components/schemas/A refers to itself",
        "{if: {type: object}, then: {$ref: '#/components/schemas/A'}}|/components/schemas/A refers to itself",
        "{dependentSchemas: {x: {$ref: '#/components/schemas/A'}}}|/components/schemas/A refers to itself",
        "{$ref: '#/nope'}|/components/schemas/A/$ref: there is no '#/nope'",
        "{$ref: '#/no%pe'}|/components/schemas/A/$ref: there is no '#/no%pe'",
        "{properties: {example: {$ref: 'other.yaml#/A'}}}|/components/schemas/A/properties/example/$ref: there is no",
        "{items: {pattern: '^(s'}}|/components/schemas/A/items/pattern: '^(s' is not a pattern: Unclosed group near index 3",
        "{patternProperties: {'(': {}}}|/components/schemas/A/patternProperties: '(' is not a pattern",
        "{$defs: {default: {$ref: '#/nope'}}}|/components/schemas/A/$defs/default/$ref: there is no '#/nope'",
        "{$ref: '#nope'}|/components/schemas/A/$ref: there is no '#nope'",
        "{$ref: ''}|/components/schemas/A/$ref: there is no ''",
        "{$ref: 'https://json-schema.org/draft/2020-12/schema'}|/components/schemas/A/$ref: there is no 'https:",
        "{$anchor: a}|/components/schemas/A/$anchor is not known",
        "{$id: 'https://example.org/a'}|/components/schemas/A/$id is not known",
        "{$dynamicRef: '#a'}|/components/schemas/A/$dynamicRef is not known",
      })
  void mistake_in_a_reference_or_pattern_is_refused_with_its_place(String schema, String why) {
    assertThatThrownBy(() -> ApiDocument.read(bytes(withSchema("{}", schema))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(why);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{properties: {not: {$ref: '#/components/schemas/A'}}}|{\"not\": {\"not\": {}}}",
        "{type: array, items: {anyOf: [{$ref: '#/components/schemas/A'}]}}|[[], [[]]]",
        "{properties: {properties: {example: {$ref: '#/nope'}}}}|{}",
        "{const: {$ref: '#/nope', pattern: '('}}|{\"$ref\": \"#/nope\", \"pattern\": \"(\"}",
      })
  void schema_whose_references_have_an_end_is_right(String schema, String value) {
    String document = withSchema("{$ref: '#/components/schemas/A'}", schema);
    assertThat(request(document, Map.of(), value).body()).isPresent();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{type: string, minLength: 2, maxLength: 5, pattern: '^[a-z]+$'}|\"A\"|must be text of 2 to 5 characters that matches ^[a-z]+$, not \"A\"",
        "{type: string, minLength: 2}|\"A\"|must be text of at least 2 characters, not \"A\"",
        "{pattern: '^[a-z]+$'}|\"A\"|must be text that matches ^[a-z]+$, not \"A\"",
        "{type: number, exclusiveMinimum: 0, multipleOf: 0.5}|0.7|must be a number above 0 that is a multiple of 0.5, not the number 0.7",
        "{type: integer, minimum: 1, exclusiveMaximum: 5}|5|must be a whole number from 1 below 5, not the number 5",
        "{multipleOf: 2}|3|must be a number that is a multiple of 2, not the number 3",
        "{const: 7}|8|must be 7, not the number 8",
        "{const: a}|\"b\"|must be \"a\", not \"b\"",
        "{type: [integer, 'null']}|\"b\"|must be a whole number or null, not \"b\"",
        "{type: array, minItems: 2}|[1]|must have at least 2 entries, not 1",
        "{minProperties: 1}|{}|must have at least 1 entries, not 0",
        "{not: {type: string}}|\"b\"|does not keep the rule not of its schema",
        "{type: array, contains: {type: string}}|[1]|does not keep the rule contains of its schema",
        "{oneOf: [{type: string}, {type: integer}]}|true|does not keep the rule oneOf of its schema",
        "false|1|is not allowed",
      })
  void message_of_a_refused_value_has_the_rule(String schema, String value, String message) {
    assertThat(refused(schema, value)).containsExactly(new Violation("/value", message));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{$ref: '#/components/schemas/A', minLength: 8}",
        "{type: string, format: password, allOf: [{minLength: 8}]}",
        "{allOf: [{$ref: '#/components/schemas/A'}, {type: integer}]}",
      })
  void message_does_not_have_a_value_that_another_schema_calls_a_password(String schema) {
    String document = withSchema(schema, "{type: string, format: password}");
    assertThatThrownBy(() -> request(document, Map.of(), "\"hunter2\""))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("must be")
        .hasMessageNotContaining("hunter2");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "^\\$\\d$|$1|1",
        "^[$@]x$|$x|x",
        "^[^[\\]]+$|a|[",
        "^[a&&b]+$|a&b|c",
        "^a$|a|a\\n",
      })
  void pattern_is_read_as_json_schema_has_it(String pattern, String right, String wrong) {
    String schema = "{type: string, pattern: '%s'}".formatted(pattern);
    assertThat(read(schema, "\"" + right + "\"", "1").body()).hasValue(Map.of("value", right));
    assertThat(refused(schema, "\"" + wrong + "\"")).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "propertyNames: {pattern: '^p'}|is not a valid name here; it must be text that matches ^p",
        "propertyNames: {maxLength: 0}|is not a valid name here; it must be text of at most 0 characters",
        "propertyNames: {enum: [a, b]}|is not a valid name here; it must be a or b",
        "propertyNames: {not: {}}|is not a valid name here",
        "unevaluatedProperties: false|is not known",
      })
  void message_of_a_refused_name_has_the_rule(String rule, String message) {
    assertThat(refused("{" + rule + "}", "{\"q\": 1}"))
        .containsExactly(new Violation("/value/q", message));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{type: integer, minimum: 1, maximum: 5}|is missing; it must be a whole number from 1 up to 5",
        "{}|is missing",
      })
  void missing_parameter_is_named_also_if_the_request_has_no_other(String schema, String message) {
    String document =
        DOCUMENT
            .formatted("{}")
            .replace("schema: {type: number}", "required: true, schema: " + schema);
    for (String in : List.of("query", "header")) {
      assertThat(
              catchThrowableOfType(
                      InvalidRequestException.class,
                      () -> request(document.replace("in: query", "in: " + in), Map.of(), "1"))
                  .violations())
          .containsExactly(new Violation("/" + in + "/n", message));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "explode: false, style: pipeDelimited, schema: {type: integer}|5",
        "schema: {$ref: '#/components/schemas/A'}|5",
        "schema: {allOf: [{$ref: '#/components/schemas/A'}, {minimum: 1}]}|5",
        "schema: {type: array, items: {$ref: '#/components/schemas/A'}}|[5]",
        "explode: true, style: form, schema: {type: array, items: {type: integer}}|[5]",
        "schema: {type: array}|[\"5\"]",
        "schema: {type: [integer]}|5",
        "schema: {enum: ['5'], minLength: 1}|\"5\"",
        "schema: {}|\"5\"",
        "schema: {oneOf: [{const: '5', description: Five}, {const: '6'}]}|\"5\"",
        "schema: {anyOf: [{enum: ['5']}, {type: string, format: uuid}]}|\"5\"",
        "schema: {anyOf: [{type: string}, {type: 'null'}]}|\"5\"",
        "schema: {not: {const: a}, if: {maxLength: 1}, then: {pattern: '5'}}|\"5\"",
      })
  void parameter_is_read_as_its_schema_says(String parameter, String value) {
    String document =
        withSchema("{}", "{$ref: '#/components/schemas/B'}")
            .replace("schema: {type: number}", parameter);
    assertThat(
            request(document + "    B: {type: integer}\n", Map.of("n", List.of("5")), "1")
                .parameters())
        .containsEntry("n", StrictJson.plain(json(value)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "query, schema: {type: number}|query, schema: {type: [number, 'null']}|parameter n in query of POST /own (operation own) cannot be read",
        "query, schema: {type: number}|cookie, schema: {type: number}|parameter n of POST /own (operation own) is in cookie",
        "schema: {type: number}|content: {application/json: {schema: {type: object}}}|cannot be read",
        "schema: {type: number}|schema: {type: object}|cannot be read",
        "schema: {type: number}|schema: {allOf: [{type: object}]}|cannot be read",
        "schema: {type: number}|schema: {allOf: [{type: string}, {type: integer}]}|cannot be read",
        "schema: {type: number}|schema: {anyOf: [{type: string}, {type: integer}]}|cannot be read",
        "schema: {type: number}|schema: {oneOf: [{const: '1'}, {const: 2}]}|cannot be read",
        "schema: {type: number}|schema: {$ref: 'https://example.org/n'}|/paths/~1own/post/parameters/0/schema/$ref: there is no 'https://example.org/n'",
        "schema: {type: number}|schema: {minimum: 1}|cannot be read",
        "schema: {type: number}|schema: {enum: [1, 2]}|cannot be read",
        "schema: {type: number}|schema: {const: 1}|cannot be read",
        "schema: {type: number}|schema: {type: array, items: {type: object}}|cannot be read",
        "schema: {type: number}|explode: false, schema: {type: array}|cannot be read",
        "schema: {type: number}|style: pipeDelimited, schema: {type: array}|cannot be read",
        "query, schema: {type: number}|header, schema: {type: array, items: {type: integer}}|parameter n in header of POST /own (operation own) cannot be read",
        "query, schema: {type: number}|path, style: label, schema: {type: integer}|parameter n in path of POST /own (operation own) cannot be read",
        "- {name: n, in: query, schema: {type: number}}|- {$ref: '#/components/parameters/Q'}|/paths/~1own/post/parameters/0/$ref: there is no '#/components/parameters/Q'",
        "- {name: n, in: query, schema: {type: number}}|- {$ref: 'https://example.org/q'}|/paths/~1own/post/parameters/0/$ref: there is no 'https://example.org/q'",
        "responses: {|responses: {default: {$ref: '#/components/responses/Nope'}, |/paths/~1own/post/responses/default/$ref: there is no '#/components/responses/Nope'",
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
  void default_of_a_referenced_schema_is_the_value_of_an_absent_parameter() {
    String document =
        withSchema("{}", "{type: integer, default: 3}")
            .replace("{type: number}", "{allOf: [{$ref: '#/components/schemas/A'}]}");
    assertThat(request(document, Map.of(), "1").parameters()).containsEntry("n", 3);
    assertThatThrownBy(() -> ApiDocument.read(bytes(document.replace("default: 3", "default: x"))))
        .hasMessageContaining("the default of /query/n of operation own must be a whole number");
  }

  @Test
  void operation_of_a_path_that_is_a_reference_is_read() {
    String document =
        DOCUMENT
            .formatted("{}")
            .replace(
                "paths:",
                "paths: {/here: {$ref: '#/components/pathItems/There', "
                    + "parameters: [{name: x-trace, in: header, schema: {}}], "
                    + "get: {operationId: get, x-scope: routes}}}\ncomponents:")
            .replace(
                "  /own:",
                "  pathItems:\n   There:\n    parameters: [{name: p, in: query, schema: {type: boolean}}]")
            .replace("name: n, in: query", "name: accept, in: query");
    List<ApiOperation> operations = ApiDocument.read(bytes(document)).operations();
    assertThat(operations).extracting(ApiOperation::id).containsExactly("get", "own");
    assertThat(
            operations
                .get(1)
                .read(
                    Map.of(),
                    Map.of("accept", List.of("5"), "p", List.of("true")),
                    name -> List.of(),
                    bytes("{\"value\":1}"))
                .parameters())
        .containsEntry("accept", 5)
        .containsEntry("p", true);
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
    return request(DOCUMENT.formatted(schema), Map.of("n", List.of(number)), value);
  }

  private static ApiOperation.Values request(
      String document, Map<String, List<String>> query, String value) {
    return ApiDocument.read(bytes(document))
        .operations()
        .get(0)
        .read(Map.of(), query, name -> List.of(), bytes("{\"value\":%s}".formatted(value)));
  }

  /** A document with one more schema, A. */
  private static String withSchema(String value, String schema) {
    return DOCUMENT.formatted(value)
        + """
        components:
          schemas:
            A: %s
        """
            .formatted(schema);
  }
}
