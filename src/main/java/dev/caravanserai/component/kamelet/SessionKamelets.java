package dev.caravanserai.component.kamelet;

import java.util.regex.Pattern;

/** The names of the session Kamelets all begin with {@code session-}. */
final class SessionKamelets {
  private static final String PREFIX = "session-";
  private static final Pattern URI = Pattern.compile("(?s)\\s*kamelet:(?://)?" + PREFIX + ".*");

  private SessionKamelets() {}

  static boolean isName(String name) {
    return name.startsWith(PREFIX);
  }

  /** Whether it names any Kamelet. */
  static boolean isKamelet(String uri) {
    return uri.strip().startsWith("kamelet:");
  }

  static boolean isUri(String uri) {
    return URI.matcher(uri).matches();
  }
}
