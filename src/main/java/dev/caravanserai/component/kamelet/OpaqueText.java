package dev.caravanserai.component.kamelet;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * Text in a form that Camel's URI and placeholder handling leaves alone: letters, digits, {@code -}
 * and {@code _}. Camel passes a Kamelet's parameters through URIs, where it joins lines, splits at
 * {@code &}, decodes {@code +} and resolves <code>{{…}}</code> again and again.
 */
public final class OpaqueText {
  /** No text from outside begins like that. */
  private static final String EXACT = "text-" + UUID.randomUUID() + "-";

  /** What Camel 4.17 passes unchanged: one line, no URI syntax, no placeholder. */
  private static final Pattern PLAIN =
      Pattern.compile("(?!RAW)[\\w.$/(](?:[\\w.:/@=,;$(){}\\[\\]' -]*[\\w.:/@=,;$(){}\\[\\]'-])?");

  private OpaqueText() {}

  /** Text in this form, unless Camel passes it unchanged as it is. */
  static String exact(String text) {
    return isPlain(text) ? text : opaque(text);
  }

  /** Text in this form, also where Camel encodes what is plain. */
  static String opaque(String text) {
    return EXACT + encode(text);
  }

  static boolean isExact(String text) {
    return text.startsWith(EXACT);
  }

  /** The text behind {@link #exact}; any other text is returned as it is. */
  public static String readExact(String text) {
    return isExact(text) ? decode(text.substring(EXACT.length())) : text;
  }

  private static boolean isPlain(String text) {
    return PLAIN.matcher(text).matches() && !text.contains("{{") && !text.contains("}}");
  }

  static String encode(String text) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  static String decode(String encoded) {
    return new String(Base64.getUrlDecoder().decode(encoded), StandardCharsets.UTF_8);
  }
}
