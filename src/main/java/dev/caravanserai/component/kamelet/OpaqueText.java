package dev.caravanserai.component.kamelet;

import dev.caravanserai.session.Sha256;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
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

  /** Camel searches URIs with patterns whose time grows with the square of the length. */
  private static final int LONGEST_IN_URI = 1000;

  /**
   * Long texts of routes by their hash, which stands for them; there are as many as routes have.
   */
  private static final Map<String, String> LONG = new ConcurrentHashMap<>();

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
    return text.length() <= LONGEST_IN_URI
        && PLAIN.matcher(text).matches()
        && !text.contains("{{")
        && !text.contains("}}");
  }

  static String encode(String text) {
    if (text.length() <= LONGEST_IN_URI) {
      return "b"
          + Base64.getUrlEncoder()
              .withoutPadding()
              .encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
    String hash = HexFormat.of().formatHex(Sha256.of(text.getBytes(StandardCharsets.UTF_8)));
    LONG.put(hash, text);
    return "h" + hash;
  }

  static String decode(String encoded) {
    String rest = encoded.substring(1);
    return encoded.startsWith("h")
        ? LONG.get(rest)
        : new String(Base64.getUrlDecoder().decode(rest), StandardCharsets.UTF_8);
  }
}
