package dev.caravanserai.settings;

import java.util.Objects;
import java.util.Set;

/**
 * One API key, known by its hash only.
 *
 * @param name who holds it, for logs; unique
 * @param tenant whose sessions it sees
 * @param scopes what it may do; {@code *} is everything; never empty
 * @param sha256 of the key's UTF-8 bytes; 32 bytes; not to be changed
 */
public record KeyEntry(String name, String tenant, Set<String> scopes, byte[] sha256) {
  /** The scope that holds every other. */
  public static final String EVERYTHING = "*";

  public KeyEntry {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(tenant, "tenant");
    scopes = Set.copyOf(scopes);
    if (scopes.isEmpty() || sha256.length != 32) {
      throw new IllegalArgumentException("API key " + name + " needs a scope and a SHA-256 hash");
    }
  }

  static KeyEntry ofEverything(String name, String key) {
    return new KeyEntry(name, "default", Set.of(EVERYTHING), Hash.sha256(key));
  }

  /** Says no hash. */
  @Override
  public String toString() {
    return "KeyEntry[" + name + ", tenant " + tenant + ", scopes " + scopes + "]";
  }
}
