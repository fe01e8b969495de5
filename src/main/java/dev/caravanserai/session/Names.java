package dev.caravanserai.session;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Names (RFC 1123) and label values for Kubernetes that are unique per session.
 *
 * <p>A text that is a valid name is kept. Any other text is slugged and ends in a hash of the exact
 * text; so does a text that already looks like such a result, so that no id can produce the name of
 * another.
 */
public final class Names {
  /** The pattern of a label of RFC 1123, such as the name of a namespace. */
  public static final String NAME = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";

  /** Maximum length of a name or label value. */
  public static final int MAX = 63;

  /** Minimum length limit that keeps hashed slugs unique. */
  public static final int MIN = 24;

  /** Default length limit of the id's part in a name. */
  public static final int SLUG = 50;

  private static final int HASH = 16;
  private static final String BASE32 = "abcdefghijklmnopqrstuvwxyz234567";
  private static final Pattern HASHED = Pattern.compile("(?:.*[-_.])?[a-z2-7]{" + HASH + "}");
  private static final Pattern DERIVED =
      Pattern.compile(".*-(?:env|config|svc|svc-code|ingress-code|pvc|pv|secret|dep|service|net)");
  private static final Pattern VALID = Pattern.compile(NAME);
  private static final Pattern LABEL =
      Pattern.compile("[A-Za-z0-9](?:[A-Za-z0-9_.-]*[A-Za-z0-9])?");

  private Names() {}

  /** Whether a text is a label of RFC 1123, such as the name of a namespace or a container. */
  public static boolean valid(String text) {
    return VALID.matcher(text).matches();
  }

  /** The name of a session's anchor. Depends on tenant and id only. */
  public static String anchor(String tenant, String id) {
    return "session-" + slug(tenant, id, SLUG);
  }

  /**
   * The part of an object's name that identifies the session.
   *
   * @param max maximum length, {@link #MIN} to {@link #MAX}
   * @return the id itself if it is a valid name of the default tenant, else a slug with a hash
   */
  public static String slug(String tenant, String id, int max) {
    if (max < MIN || max > MAX) {
      throw new IllegalArgumentException("max must be " + MIN + " to " + MAX + ", not " + max);
    }
    boolean plain =
        tenant.equals(SessionSpec.DEFAULT_TENANT)
            && id.length() <= max
            && valid(id)
            && !HASHED.matcher(id).matches()
            && !DERIVED.matcher(id).matches();
    return plain ? id : hashed(slug(id), hash(tenant, id), max);
  }

  /** A text as lower-case letters, digits and single dashes. Not injective. */
  public static String slug(String text) {
    return text.replaceAll("[^A-Za-z0-9]+", "-").replaceAll("^-|-$", "").toLowerCase(Locale.ROOT);
  }

  /** A text as a label value: the text itself if it is valid, else a slug with a hash. */
  public static String label(String text) {
    boolean plain =
        text.length() <= MAX && LABEL.matcher(text).matches() && !HASHED.matcher(text).matches();
    return plain ? text : hashed(slug(text), hash("label", text), MAX);
  }

  private static String hashed(String slug, String hash, int max) {
    String head = slug.substring(0, Math.min(slug.length(), max - HASH - 1)).replaceAll("-+$", "");
    return head.isEmpty() ? hash : head + "-" + hash;
  }

  private static String hash(String... texts) {
    byte[] digest = Sha256.of(Sha256.lengthPrefixed(texts));
    BigInteger bits = new BigInteger(1, Arrays.copyOf(digest, HASH * 5 / 8));
    StringBuilder hash = new StringBuilder(HASH);
    for (int i = HASH - 1; i >= 0; i--) {
      hash.append(BASE32.charAt(bits.shiftRight(5 * i).intValue() & 31));
    }
    return hash.toString();
  }
}
