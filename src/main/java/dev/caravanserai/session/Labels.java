package dev.caravanserai.session;

/** Label keys that Caravanserai writes. */
public final class Labels {
  /** Reserved: labels of a request must not use this prefix. */
  public static final String PREFIX = "caravanserai.dev/";

  public static final String MANAGED_BY = "app.kubernetes.io/managed-by";
  public static final String MANAGED_BY_VALUE = "caravanserai";

  /** The session's id as a label value: see {@link Names#label}. */
  public static final String SESSION = PREFIX + "session";

  public static final String TENANT = PREFIX + "tenant";
  public static final String PROFILE = PREFIX + "profile";

  /** {@code anchor} on anchors; absent elsewhere. */
  public static final String ROLE = PREFIX + "role";

  public static final String ROLE_ANCHOR = "anchor";

  private Labels() {}
}
