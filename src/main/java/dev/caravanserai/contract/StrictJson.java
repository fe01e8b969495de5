package dev.caravanserai.contract;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.caravanserai.session.InvalidRequestException;
import dev.caravanserai.session.Json;
import dev.caravanserai.session.Pointers;
import java.io.IOException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads JSON (RFC 8259) of a request. Duplicate names, text after the end, and nesting or numbers
 * beyond the parser's limits are refused, because two readers could read them differently. A string
 * may be as long as the body. Safe for use by many threads.
 */
public final class StrictJson {
  private static final JsonMapper JSON =
      Json.exact()
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .build();
  private static final Pattern DUPLICATE = Pattern.compile("Duplicate field ('.*')");
  private static final Pattern CHARACTER = Pattern.compile("Unexpected character \\(('.+?') ");

  private StrictJson() {}

  /**
   * The value in a text.
   *
   * @param text in UTF-8, UTF-16 or UTF-32
   * @throws InvalidRequestException if it is not JSON, with line and column; or if an exponent is
   *     beyond an int, with the pointer to the number
   */
  public static JsonNode read(byte[] text) {
    try (JsonParser parser = JSON.createParser(text)) {
      return read(parser);
    } catch (JsonProcessingException e) {
      throw InvalidRequestException.at("", "the body is not JSON: " + words(e) + place(e));
    } catch (IOException e) {
      throw InvalidRequestException.at("", "the body is not JSON: it is not Unicode text");
    }
  }

  private static JsonNode read(JsonParser parser) throws IOException {
    try {
      return Optional.<JsonNode>ofNullable(JSON.readTree(parser))
          .orElseThrow(
              () -> InvalidRequestException.at("", "the body is empty, but it must be JSON"));
    } catch (NumberFormatException e) {
      throw InvalidRequestException.at(
          parser.getParsingContext().pathAsPointer().toString(), Unreadable.NUMBER);
    }
  }

  /**
   * A Java value, such as a map, as JSON.
   *
   * @throws InvalidRequestException if JSON has no form for a part of it, with the pointer to that
   */
  public static JsonNode tree(Object value) {
    return tree(JSON, value);
  }

  static JsonNode tree(JsonMapper mapper, Object value) {
    try {
      return mapper.valueToTree(value);
    } catch (IllegalArgumentException e) {
      throw InvalidRequestException.at(pointer(e.getCause()), "cannot be written as JSON");
    }
  }

  private static String pointer(Throwable thrown) {
    StringBuilder pointer = new StringBuilder();
    if (thrown instanceof JsonMappingException e) {
      for (JsonMappingException.Reference step : e.getPath()) {
        String name = step.getFieldName();
        pointer.append(Pointers.child("", name == null ? "" + step.getIndex() : name));
      }
    }
    return pointer.toString();
  }

  /** JSON as maps, lists, texts, numbers and booleans. */
  static Object plain(JsonNode value) {
    return JSON.convertValue(value, Object.class);
  }

  /** Repeats no value, which could be a secret. */
  private static String words(JsonProcessingException e) {
    String message = e.getOriginalMessage();
    if (e instanceof JsonEOFException) {
      return "it ends too early";
    }
    if (e instanceof MismatchedInputException) {
      return "something follows after its end";
    }
    if (e instanceof StreamConstraintsException) {
      return message.contains("nesting")
          ? "it is nested more than 1000 levels deep"
          : "it has a number of more than 1000 characters";
    }
    Matcher duplicate = DUPLICATE.matcher(message);
    if (duplicate.find()) {
      return "it has the name %s twice in one object".formatted(duplicate.group(1));
    }
    Matcher character = CHARACTER.matcher(message);
    return character.find() ? "unexpected " + character.group(1) : "unexpected text";
  }

  /** Where a limit is exceeded the parser does not say where. */
  private static String place(JsonProcessingException e) {
    return Optional.ofNullable(e.getLocation())
        .filter(place -> !place.equals(JsonLocation.NA))
        .map(place -> " at line %d, column %d".formatted(place.getLineNr(), place.getColumnNr()))
        .orElse("");
  }
}
