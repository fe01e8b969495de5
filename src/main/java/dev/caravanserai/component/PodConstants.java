package dev.caravanserai.component;

import org.apache.camel.spi.Metadata;

/**
 * Headers of the component. They begin with {@code Camel}, so no HTTP caller can set them from
 * outside.
 */
public final class PodConstants {
  @Metadata(description = "The session's id", javaType = "String")
  public static final String SESSION_ID = "CamelPodSessionId";

  @Metadata(
      label = "plan",
      description = "Requests of one tenant with the same key make one session",
      javaType = "String")
  public static final String IDEMPOTENCY_KEY = "CamelPodIdempotencyKey";

  @Metadata(
      label = "exec",
      description = "Script to run, where the body is no exec request; blank for none",
      javaType = "String")
  public static final String SCRIPT = "CamelPodScript";

  @Metadata(label = "list", description = "Only sessions in this state", javaType = "String")
  public static final String STATE = "CamelPodState";

  @Metadata(label = "list", description = "Only sessions of this profile", javaType = "String")
  public static final String PROFILE = "CamelPodProfile";

  @Metadata(
      label = "list",
      description = "Only sessions with these labels: `key=value` or `key`, separated by commas",
      javaType = "String")
  public static final String LABEL = "CamelPodLabel";

  @Metadata(label = "list", description = "At most so many sessions", javaType = "Integer")
  public static final String LIMIT = "CamelPodLimit";

  @Metadata(label = "list", description = "Where the last page ended", javaType = "String")
  public static final String CONTINUE = "CamelPodContinue";

  @Metadata(label = "logs", description = "Which container", javaType = "String")
  public static final String CONTAINER = "CamelPodContainer";

  @Metadata(label = "logs", description = "Only the last lines", javaType = "Integer")
  public static final String TAIL = "CamelPodTail";

  @Metadata(
      label = "logs",
      description = "Only lines since then: a time (RFC 3339), or a number of seconds ago",
      javaType = "String")
  public static final String SINCE = "CamelPodSince";

  @Metadata(label = "logs", description = "Each line begins with its time", javaType = "Boolean")
  public static final String TIMESTAMPS = "CamelPodTimestamps";

  @Metadata(label = "logs", description = "Of the previous instance", javaType = "Boolean")
  public static final String PREVIOUS = "CamelPodPrevious";

  @Metadata(label = "delete", description = "Wait until all is gone", javaType = "Boolean")
  public static final String WAIT = "CamelPodWait";

  @Metadata(
      label = "apply",
      description = "UID of the anchor, once it is made",
      javaType = "String")
  public static final String ANCHOR_UID = "CamelPodAnchorUid";

  @Metadata(
      label = "apply",
      description = "Whether an earlier request with the same Idempotency-Key has made the anchor",
      javaType = "Boolean")
  public static final String JOINED = "CamelPodJoined";

  @Metadata(label = "events", description = "The state before, if any", javaType = "String")
  public static final String PREVIOUS_STATE = "CamelPodPreviousState";

  @Metadata(
      label = "events",
      description = "Why it failed, as code and message, if it did",
      javaType = "String")
  public static final String FAILURE = "CamelPodFailure";

  private PodConstants() {}
}
