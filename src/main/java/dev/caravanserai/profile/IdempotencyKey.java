package dev.caravanserai.profile;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.caravanserai.session.Json;
import dev.caravanserai.session.SessionSpec;
import dev.caravanserai.session.Sha256;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * What an Idempotency-Key writes to the cluster, where more people may read ConfigMaps than
 * Secrets: enough for every replica to recognize a repeated request, but not the request itself.
 *
 * <p>The key is stretched with PBKDF2-HMAC-SHA256 (RFC 8018), salted with the tenant. Only HMACs
 * (HMAC-SHA-256, RFC 2104) under the stretched key are written. Without the key no guess of a
 * request can be verified, and each guess of the key costs {@value #ROUNDS} rounds. A fresh UUID
 * cannot be guessed; a short key can, given time. So the values of the environment, which may be
 * secrets weaker than any key, are left out: those of a repeated request are compared with the
 * session's Secret. Immutable.
 */
final class IdempotencyKey {
  /** About 5 ms of one core: little beside the start of a pod, but much for many guesses. */
  static final int ROUNDS = 10_000;

  private static final int BITS = 256;

  private static final ObjectMapper ORDERED =
      Json.exact().enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS).build();

  private final SecretKeySpec stretched;

  private IdempotencyKey(byte[] stretched) {
    this.stretched = new SecretKeySpec(stretched, "HmacSHA256");
  }

  /**
   * @param key as the caller sent it; not empty
   */
  static IdempotencyKey of(String tenant, String key) {
    PBEKeySpec spec =
        new PBEKeySpec(
            key.toCharArray(),
            Sha256.lengthPrefixed("caravanserai.dev/idempotency-key", tenant),
            ROUNDS,
            BITS);
    try {
      return new IdempotencyKey(
          SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256").generateSecret(spec).getEncoded());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("Every JDK has PBKDF2 with HMAC-SHA-256", e);
    } finally {
      spec.clearPassword();
    }
  }

  /** The id, a UUID, of the key's session if its request has none. */
  UUID id() {
    ByteBuffer bytes = ByteBuffer.wrap(hmac("id"));
    // Version 8 (RFC 9562): custom bits
    long high = bytes.getLong() & ~0xF000L | 0x8000L;
    long low = bytes.getLong() & ~(3L << 62) | 2L << 62;
    return new UUID(high, low);
  }

  /** Identifies the key among those of its tenant; 64 hex digits. */
  String key() {
    return hex(hmac("key"));
  }

  /**
   * Identifies the request among those with the same key, independent of the order of its maps and
   * of the values of its environment; 64 hex digits.
   *
   * @param request before it is completed
   */
  String request(SessionSpec request) {
    return hex(hmac("request", Stamp.json(ORDERED, withoutValues(request))));
  }

  private static Map<String, Object> withoutValues(SessionSpec spec) {
    Map<String, Object> all = new TreeMap<>();
    all.put("profile", spec.profile().orElse(""));
    all.put("id", spec.id().orElse(""));
    all.put("image", spec.image().orElse(""));
    all.put("command", spec.command());
    all.put("args", spec.args());
    all.put("env", new TreeSet<>(spec.env().keySet()));
    all.put("workingDir", spec.workingDir().orElse(""));
    all.put("timeout", spec.timeout().map(Duration::toString).orElse(""));
    all.put("resources", List.of(spec.resources().limits(), spec.resources().requests()));
    all.put("labels", spec.labels());
    all.put("metadata", spec.metadata());
    all.put(
        "storage",
        spec.storage()
            .map(s -> List.of(s.size(), s.storageClass().orElse(""), s.path().orElse("")))
            .orElse(List.of()));
    return all;
  }

  private byte[] hmac(String... texts) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(stretched);
      return mac.doFinal(Sha256.lengthPrefixed(texts));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("Every JDK has HMAC-SHA-256", e);
    }
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }
}
