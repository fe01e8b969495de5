package dev.caravanserai.contract;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.caravanserai.session.InvalidRequestException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;

/**
 * Reads JSON (RFC 8259) of a request. Duplicate names, text after the end, and nesting or numbers
 * beyond the parser's limits are refused, because two readers could read them differently. A string
 * may be as long as the body. Safe for use by many threads.
 */
public final class StrictJson {
  private static final ObjectMapper JSON =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxStringLength(Integer.MAX_VALUE).build())
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .build();

  private StrictJson() {}

  /**
   * The value in a text.
   *
   * @param text in UTF-8, UTF-16 or UTF-32
   * @throws InvalidRequestException if it is no JSON, with the place where that shows
   */
  public static JsonNode read(byte[] text) {
    try {
      JsonNode value = JSON.readTree(text);
      if (value.isMissingNode()) {
        throw InvalidRequestException.at("", "a JSON object is needed, at least {}");
      }
      return value;
    } catch (JsonProcessingException e) {
      throw InvalidRequestException.at("", "the body is not JSON: " + words(e) + place(e));
    } catch (IOException e) {
      throw new UncheckedIOException(e); // bytes in memory can always be read
    }
  }

  /** JSON as maps, lists, texts, numbers and booleans. */
  static Object plain(JsonNode value) {
    return JSON.convertValue(value, Object.class);
  }

  /** Without the names of the parser's own classes. */
  private static String words(JsonProcessingException e) {
    return e.getOriginalMessage().replaceAll(",? \\(?(from )?`[^`]*`\\)?", "");
  }

  /** Beyond a limit the parser does not say where. */
  private static String place(JsonProcessingException e) {
    return Optional.ofNullable(e.getLocation())
        .filter(place -> !place.equals(JsonLocation.NA))
        .map(place -> " at line %d, column %d".formatted(place.getLineNr(), place.getColumnNr()))
        .orElse("");
  }
}
