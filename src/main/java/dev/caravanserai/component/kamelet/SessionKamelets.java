package dev.caravanserai.component.kamelet;

import java.util.regex.Pattern;

/** Our Kamelets by their names: all begin with {@code session-}. */
final class SessionKamelets {
  private static final String PREFIX = "session-";
  private static final Pattern URI = Pattern.compile("(?s)\\s*kamelet:(?://)?" + PREFIX + ".*");

  private SessionKamelets() {}

  static boolean isName(String name) {
    return name.startsWith(PREFIX);
  }

  static boolean isUri(String uri) {
    return URI.matcher(uri).matches();
  }
}
