package dev.caravanserai.http;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;

/**
 * The credentials of a request.
 *
 * @param secret the API key
 * @param remembered whether a browser remembers it (HTTP Basic) and sends it also for pages of
 *     other sites
 */
record Credentials(String secret, boolean remembered) {

  /**
   * Reads an {@code Authorization} header: {@code Bearer} (RFC 6750), or {@code Basic} (RFC 7617)
   * with any user name and the key as password.
   *
   * @param header may be null
   */
  static Optional<Credentials> of(String header) {
    if (header == null) {
      return Optional.empty();
    }
    var parts = header.strip().split(" +", 2);
    if (parts.length < 2) {
      return Optional.empty();
    }
    if (parts[0].equalsIgnoreCase("Bearer")) {
      return Optional.of(new Credentials(parts[1], false));
    }
    return parts[0].equalsIgnoreCase("Basic") ? basic(parts[1]) : Optional.empty();
  }

  private static Optional<Credentials> basic(String encoded) {
    try {
      var pair = new String(Base64.getDecoder().decode(encoded), StandardCharsets.UTF_8);
      var colon = pair.indexOf(':');
      return colon < 0
          ? Optional.empty()
          : Optional.of(new Credentials(pair.substring(colon + 1), true));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** Without the secret. */
  @Override
  public String toString() {
    return remembered ? "Credentials[basic]" : "Credentials[bearer]";
  }
}
