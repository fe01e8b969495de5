package dev.caravanserai.contract;

import com.networknt.schema.regex.RegularExpression;
import java.util.regex.Pattern;

/**
 * A pattern of JSON Schema, whose {@code $} is the very end (ECMA-262 22.2.2.4); Java's also
 * matches before a last line feed.
 */
final class EcmaPattern {
  private EcmaPattern() {}

  /**
   * @throws IllegalArgumentException for a pattern that has a dollar sign as a character, which the
   *     contract does not need
   */
  static RegularExpression of(String pattern) {
    if (pattern.contains("\\$") || pattern.matches(".*\\[[^]]*\\$.*")) {
      throw new IllegalArgumentException("a $ that is no end is not understood: " + pattern);
    }
    Pattern compiled = Pattern.compile(pattern.replace("$", "\\z"));
    return text -> compiled.matcher(text).find();
  }
}
