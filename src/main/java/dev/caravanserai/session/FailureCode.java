package dev.caravanserai.session;

/** The one list of failures, used by the API, the records, the metrics and every facade. */
public enum FailureCode {
  IMAGE_PULL(502, "Image cannot be pulled"),
  UNSCHEDULABLE(503, "Pod cannot be scheduled"),
  QUOTA_EXCEEDED(429, "Quota exceeded"),
  FORBIDDEN(502, "Forbidden by the cluster"),
  CONFIG_ERROR(422, "Pod cannot be configured"),
  CRASHED(502, "Process ended with an error"),
  OOM_KILLED(502, "Out of memory"),
  EVICTED(502, "Pod was evicted"),
  DEADLINE(410, "Session has expired"),
  NODE_LOST(502, "Node was lost"),
  POD_REPLACED(409, "Pod was replaced"),
  CONTAINER_RESTARTED(409, "Container was restarted"),
  CONNECTION_LOST(502, "Connection to the cluster was lost"),
  START_TIMEOUT(504, "Session did not start in time"),
  CLUSTER_UNREACHABLE(503, "Cluster cannot be reached"),
  INVALID_REQUEST(400, "Invalid request"),
  NOT_FOUND(404, "Not found"),
  CONFLICT(409, "Conflict"),
  LIMIT_REACHED(429, "Limit reached"),
  UNAUTHENTICATED(401, "Authentication required"),
  NOT_PERMITTED(403, "Not permitted");

  private final int httpStatus;
  private final String title;

  FailureCode(int httpStatus, String title) {
    this.httpStatus = httpStatus;
    this.title = title;
  }

  /** The HTTP status (RFC 9110) of a problem with this code. */
  public int httpStatus() {
    return httpStatus;
  }

  /** The problem's {@code title} (RFC 9457), the same for every occurrence. */
  public String title() {
    return title;
  }
}
