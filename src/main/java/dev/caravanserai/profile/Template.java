package dev.caravanserai.profile;

import java.util.ArrayList;
import java.util.List;

/** A value of a profile: text and {@code ${…}}, in order. {@code $${} stands for {@code ${}. */
record Template(List<Part> parts) {

  /**
   * @param text the expression without its braces, or plain text
   */
  record Part(String text, boolean expression) {}

  /**
   * @throws IllegalArgumentException if an expression has no end
   */
  static Template of(String text) {
    List<Part> parts = new ArrayList<>();
    StringBuilder plain = new StringBuilder();
    int at = 0;
    for (int start = text.indexOf("${"); start >= 0; start = text.indexOf("${", at)) {
      if (start > at && text.charAt(start - 1) == '$') {
        plain.append(text, at, start - 1).append("${");
        at = start + 2;
        continue;
      }
      int end = end(text, start + 2);
      plain.append(text, at, start);
      add(parts, plain);
      parts.add(new Part(text.substring(start + 2, end), true));
      at = end + 1;
    }
    plain.append(text, at, text.length());
    add(parts, plain);
    return new Template(List.copyOf(parts));
  }

  /** Whether it is one expression and nothing else. */
  boolean whole() {
    return parts.size() == 1 && parts.get(0).expression();
  }

  private static void add(List<Part> parts, StringBuilder plain) {
    if (!plain.isEmpty()) {
      parts.add(new Part(plain.toString(), false));
      plain.setLength(0);
    }
  }

  private static int end(String text, int from) {
    char quote = 0;
    for (int i = from; i < text.length(); i++) {
      char c = text.charAt(i);
      if (quote != 0) {
        if (c == '\\') {
          i++;
        } else if (c == quote) {
          quote = 0;
        }
      } else if (c == '\'' || c == '"') {
        quote = c;
      } else if (c == '}') {
        return i;
      }
    }
    throw new IllegalArgumentException("its closing } is missing");
  }
}
