package dev.caravanserai.component;

import org.apache.camel.spi.Metadata;

/**
 * Headers of the component. They begin with {@code Camel}, so no HTTP caller can set them from
 * outside.
 */
public final class PodConstants {
  @Metadata(description = "The session's id", javaType = "String")
  public static final String SESSION_ID = "CamelPodSessionId";

  @Metadata(label = "events", description = "The state now", javaType = "String")
  public static final String STATE = "CamelPodState";

  @Metadata(label = "events", description = "The state before, if any", javaType = "String")
  public static final String PREVIOUS_STATE = "CamelPodPreviousState";

  @Metadata(
      label = "events",
      description = "Why it failed, as code and message, if it did",
      javaType = "String")
  public static final String FAILURE = "CamelPodFailure";

  @Metadata(
      label = "logs",
      description = "True if the log was too long: only its end was read",
      javaType = "Boolean")
  public static final String TRUNCATED = "CamelPodTruncated";

  private PodConstants() {}
}
