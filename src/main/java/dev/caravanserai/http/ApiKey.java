package dev.caravanserai.http;

import java.util.Objects;
import java.util.Set;

/**
 * One API key, known by its hash only.
 *
 * @param name who holds it, for logs; unique
 * @param tenant whose sessions it sees
 * @param scopes what it may do, of {@link ApiKeys#SCOPES} or {@code *}
 * @param sha256 of the key's UTF-8 bytes; 32 bytes
 */
public record ApiKey(String name, String tenant, Set<String> scopes, byte[] sha256) {

  public ApiKey {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(tenant, "tenant");
    scopes = Set.copyOf(scopes);
    sha256 = sha256.clone();
    if (sha256.length != 32) {
      throw new IllegalArgumentException("API key " + name + " needs a SHA-256 hash of 32 bytes");
    }
  }

  /** Says no hash. */
  @Override
  public String toString() {
    return "ApiKey[" + name + ", tenant " + tenant + ", scopes " + scopes + "]";
  }
}
