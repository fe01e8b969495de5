package dev.caravanserai.session;

/** Annotation keys that Caravanserai writes. Times are RFC 3339 UTC, durations whole seconds. */
public final class Annotations {
  /** The exact id; on anchor and pod. */
  public static final String ID = Labels.PREFIX + "id";

  /** The exact tenant; on anchor and pod. */
  public static final String TENANT = Labels.PREFIX + "tenant";

  public static final String CREATED_AT = Labels.PREFIX + "created-at";
  public static final String EXPIRES_AT = Labels.PREFIX + "expires-at";

  /** A session that has not become ready by this time has failed. */
  public static final String START_BY = Labels.PREFIX + "start-by";

  public static final String LAST_ACTIVITY = Labels.PREFIX + "last-activity";
  public static final String MAX_LIFETIME = Labels.PREFIX + "max-lifetime";

  /** Set once, when the pod became ready. */
  public static final String STARTED_AT = Labels.PREFIX + "started-at";

  /** Set once, when the main container had ended with 0. */
  public static final String COMPLETED_AT = Labels.PREFIX + "completed-at";

  /** Why it failed, as JSON. */
  public static final String FAILURE = Labels.PREFIX + "failure";

  /** Keyed hash of the Idempotency-Key: see {@code profile.IdempotencyKey}. */
  public static final String IDEMPOTENCY_KEY = Labels.PREFIX + "idempotency-key";

  /**
   * Hash of the request without its environment values, keyed with the Idempotency-Key. Tells a
   * repeated request from a different one with the same key.
   */
  public static final String REQUEST = Labels.PREFIX + "request";

  /** Random id of the request that created the anchor. */
  public static final String BEGUN_BY = Labels.PREFIX + "begun-by";

  /** The objects of the session as {@code apiVersion/kind/name}, comma-separated. */
  public static final String OBJECTS = Labels.PREFIX + "objects";

  /** {@link SessionSummary} as JSON, for when only the pod is left. */
  public static final String SPEC = Labels.PREFIX + "spec";

  private Annotations() {}
}
