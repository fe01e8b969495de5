package dev.caravanserai.profile;

import dev.caravanserai.session.SessionSpec;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
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
 * What an Idempotency-Key leaves on the cluster, where more people may read ConfigMaps than may
 * read Secrets: enough for every replica to know a repeated request, and no way to the request.
 *
 * <p>The key is stretched with PBKDF2-HMAC-SHA256 (RFC 8018), salted with the tenant; all that is
 * written is an HMAC-SHA-256 (RFC 2104) under the stretched key. Who does not know the key can try
 * no guess of a request, and each guess of the key costs {@value #ROUNDS} rounds. A key that is a
 * fresh UUID cannot be guessed; a short one can, by whoever has the time. So the values of the
 * environment, which may be secrets weaker than any key, are no part of it at all: a repeated
 * request's are compared with the session's Secret. Immutable.
 */
final class IdempotencyKey {
  /** Some 5 ms of one core: little beside the start of a pod, and much for each of many guesses. */
  static final int ROUNDS = 10_000;

  private static final int BITS = 256;

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
            key.toCharArray(), apart("caravanserai.dev/idempotency-key", tenant), ROUNDS, BITS);
    try {
      return new IdempotencyKey(
          SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256").generateSecret(spec).getEncoded());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("Every Java has PBKDF2 with HMAC-SHA-256", e);
    } finally {
      spec.clearPassword();
    }
  }

  /** The id of the session that the key makes where its request has none: a UUID. */
  UUID id() {
    ByteBuffer bytes = ByteBuffer.wrap(hmac("id"));
    // Version 8 of RFC 9562: a UUID whose bits are ours
    long high = bytes.getLong() & ~0xF000L | 0x8000L;
    long low = bytes.getLong() & ~(3L << 62) | 2L << 62;
    return new UUID(high, low);
  }

  /** Tells the key from every other of its tenant; 64 hex digits. */
  String key() {
    return hex(hmac("key"));
  }

  /**
   * Tells the request from every other that comes with the same key, whatever the order of its maps
   * and whatever the values of its environment; 64 hex digits.
   *
   * @param request as it came
   */
  String request(SessionSpec request) {
    return hex(hmac("request", Stamp.json(withoutValues(request))));
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
      return mac.doFinal(apart(texts));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("Every Java has HMAC-SHA-256", e);
    }
  }

  /** Texts as bytes that cannot be shifted into one another. */
  private static byte[] apart(String... texts) {
    byte[] all = new byte[0];
    for (String text : texts) {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      all =
          ByteBuffer.allocate(all.length + 4 + bytes.length)
              .put(all)
              .putInt(bytes.length)
              .put(bytes)
              .array();
    }
    return all;
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }
}
