package dev.caravanserai.component.kamelet;

import dev.caravanserai.session.Sha256;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.apache.camel.CamelContext;

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

  /** Long texts of the context's routes by their hash, which stands for them. */
  private final Map<String, String> longTexts = new ConcurrentHashMap<>();

  OpaqueText() {}

  /** The one of a Camel context, in which {@link KameletPlugin} is installed. */
  public static OpaqueText of(CamelContext context) {
    return context.getCamelContextExtension().getContextPlugin(OpaqueText.class);
  }

  /** Text in this form, unless Camel passes it unchanged as it is. */
  String exact(String text) {
    return isPlain(text) ? text : opaque(text);
  }

  /** Text in this form, also where Camel encodes what is plain. */
  String opaque(String text) {
    return EXACT + encode(text);
  }

  public static boolean isExact(String text) {
    return text.startsWith(EXACT);
  }

  /** The text behind {@link #exact}; any other text is returned as it is. */
  public String readExact(String text) {
    return isExact(text) ? decode(text.substring(EXACT.length())) : text;
  }

  private static boolean isPlain(String text) {
    return text.length() <= LONGEST_IN_URI
        && PLAIN.matcher(text).matches()
        && !text.contains("{{")
        && !text.contains("}}");
  }

  String encode(String text) {
    if (text.length() <= LONGEST_IN_URI) {
      return "b"
          + Base64.getUrlEncoder()
              .withoutPadding()
              .encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
    String hash = HexFormat.of().formatHex(Sha256.of(text.getBytes(StandardCharsets.UTF_8)));
    longTexts.put(hash, text);
    return "h" + hash;
  }

  String decode(String encoded) {
    String rest = encoded.substring(1);
    return encoded.startsWith("h")
        ? longTexts.get(rest)
        : new String(Base64.getUrlDecoder().decode(rest), StandardCharsets.UTF_8);
  }
}
