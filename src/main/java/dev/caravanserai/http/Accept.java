package dev.caravanserai.http;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Content negotiation by the header {@code Accept} (RFC 9110, section 12.5.1). */
final class Accept {
  private Accept() {}

  /**
   * The media type with the highest quality; of equals, the one offered first.
   *
   * @param header empty or blank for anything
   * @param offered media types without parameters, in lower case
   * @throws StatusException 406 if none is acceptable
   */
  static String best(Optional<String> header, List<String> offered) {
    String best = null;
    double most = 0;
    for (var type : offered) {
      var quality =
          header.filter(h -> !h.isBlank()).map(accept -> quality(accept, type)).orElse(1.0);
      if (quality > most) {
        most = quality;
        best = type;
      }
    }
    if (best == null) {
      throw new StatusException(
          406,
          "None of the media types in Accept: %s is available. Available: %s."
              .formatted(header.orElse(""), String.join(", ", offered)));
    }
    return best;
  }

  /** The most specific range that matches the type counts. */
  private static double quality(String accept, String type) {
    double quality = 0;
    int specific = -1;
    for (var range : accept.toLowerCase(Locale.ROOT).split(",")) {
      var parts = range.strip().split("\\s*;\\s*", -1);
      int specificity = specificity(parts[0], type);
      if (specificity > specific) {
        specific = specificity;
        quality = q(parts);
      }
    }
    return quality;
  }

  /** Of a media range (RFC 9110, 12.5.1): 0 to 2, negative if it does not match the type. */
  static int specificity(String range, String type) {
    if (range.equals(type)) {
      return 2;
    }
    if (range.equals(type.replaceFirst("/.*", "/*"))) {
      return 1;
    }
    return range.equals("*/*") ? 0 : -1;
  }

  private static double q(String[] parts) {
    for (int i = 1; i < parts.length; i++) {
      if (parts[i].startsWith("q=")) {
        try {
          return Double.parseDouble(parts[i].substring(2));
        } catch (NumberFormatException e) {
          return 0;
        }
      }
    }
    return 1;
  }
}
