package dev.caravanserai.contract;

import com.networknt.schema.regex.RegularExpression;
import java.util.regex.Pattern;

/**
 * A pattern of JSON Schema. Unlike in Java, its {@code $} is the very end (ECMA-262 22.2.2.4),
 * Java's also matches before a last line feed, and its classes hold no other class ({@code [[]} is
 * a bracket).
 */
final class EcmaPattern {
  private EcmaPattern() {}

  /**
   * @throws IllegalArgumentException for a pattern that Java cannot read
   */
  static RegularExpression of(String pattern) {
    StringBuilder java = new StringBuilder();
    boolean inClass = false;
    for (int i = 0; i < pattern.length(); i++) {
      char c = pattern.charAt(i);
      if (c == '\\' && i + 1 < pattern.length()) {
        java.append(c).append(pattern.charAt(++i));
      } else if (inClass) {
        java.append(c == '[' || c == '&' ? "\\" : "").append(c);
        inClass = c != ']';
      } else {
        java.append(c == '$' ? "\\z" : String.valueOf(c));
        inClass = c == '[';
      }
    }
    Pattern compiled = Pattern.compile(java.toString());
    return text -> compiled.matcher(text).find();
  }
}
