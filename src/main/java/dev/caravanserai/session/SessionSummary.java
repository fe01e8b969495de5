package dev.caravanserai.session;

import java.util.Map;
import java.util.Optional;

/**
 * What anchor and pod keep of a session's plan, as JSON. Contains no secret.
 *
 * @param image image of the main container
 * @param container name of the main container
 * @param labels the caller's labels only
 */
public record SessionSummary(
    Optional<String> image,
    Optional<String> container,
    Optional<Session.Storage> storage,
    Map<String, String> labels,
    Map<String, Object> metadata) {

  /** The summary of a session of which nothing is known. */
  public static final SessionSummary EMPTY =
      new SessionSummary(Optional.empty(), Optional.empty(), Optional.empty(), null, null);

  public SessionSummary {
    labels = Optional.ofNullable(labels).orElse(Map.of());
    metadata = Optional.ofNullable(metadata).orElse(Map.of());
  }
}
