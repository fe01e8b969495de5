package dev.caravanserai.http;

import dev.caravanserai.session.Principal;
import dev.caravanserai.session.Sha256;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Set;

/**
 * One API key, known by its hash only. Keys are long and random, so the hash needs no salt.
 *
 * @param name name of the holder, for logs; unique
 * @param tenant tenant whose sessions it can access
 * @param scopes permitted scopes; {@code *} is every scope; never empty
 * @param sha256 of the key's UTF-8 bytes; 32 bytes; must not be changed
 */
public record ApiKey(String name, String tenant, Set<String> scopes, byte[] sha256) {

  public ApiKey {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(tenant, "tenant");
    scopes = Set.copyOf(scopes);
    if (scopes.isEmpty() || sha256.length != 32) {
      throw new IllegalArgumentException("API key " + name + " needs a scope and a SHA-256 hash");
    }
  }

  static ApiKey ofEverything(String name, String key) {
    return new ApiKey(name, "default", Set.of(Principal.EVERY_SCOPE), sha256(key));
  }

  static byte[] sha256(String text) {
    return Sha256.of(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Without the hash. */
  @Override
  public String toString() {
    return "ApiKey[" + name + ", tenant " + tenant + ", scopes " + scopes + "]";
  }
}
