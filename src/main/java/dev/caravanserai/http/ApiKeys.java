package dev.caravanserai.http;

import dev.caravanserai.session.Principal;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The API keys that open this server. Without any, nobody gets in.
 *
 * <p>Safe for use by several threads.
 */
public final class ApiKeys {
  /** See sessions and read their logs. */
  public static final String SESSIONS_READ = "sessions:read";

  /** Start and stop sessions, and whatever else changes something. */
  public static final String SESSIONS_WRITE = "sessions:write";

  /** Run commands in sessions. */
  public static final String EXEC = "exec";

  /** Every scope there is, besides {@code *}. */
  public static final Set<String> SCOPES = Set.of(SESSIONS_READ, SESSIONS_WRITE, EXEC);

  private final List<ApiKey> keys;

  public ApiKeys(List<ApiKey> keys) {
    this.keys = List.copyOf(keys);
  }

  /**
   * Whose key it is. Takes as long for a key that is nearly right as for any other.
   *
   * @param presented the key as the caller gave it
   * @return empty if no such key opens this server
   */
  public Optional<Principal> authenticate(String presented) {
    var hash = sha256(presented);
    Optional<Principal> found = Optional.empty();
    for (var key : keys) {
      if (MessageDigest.isEqual(key.sha256(), hash)) {
        found = Optional.of(new Principal(key.tenant(), key.name(), key.scopes()));
      }
    }
    return found;
  }

  private static byte[] sha256(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
