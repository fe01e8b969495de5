package dev.caravanserai.profile;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;

/**
 * All that a plan depends on besides profile and request, so that planning is a pure function.
 *
 * @param now when the session is asked for
 * @param freshId made for this request only: its mark on the anchor, and the session's id where the
 *     request has neither an id nor an idempotency key
 * @param settings environment-style settings by name, such as {@code HYPHA_K8S_NAMESPACE}
 * @param defaultNamespace for profiles that name none
 * @param defaultLifetime for requests and profiles that say none
 * @param maxLifetime that no session may exceed
 * @param cluster the cluster's name
 * @param defaultProfile for requests that name none
 */
public record PlanContext(
    Instant now,
    UUID freshId,
    Map<String, String> settings,
    String defaultNamespace,
    Duration defaultLifetime,
    Duration maxLifetime,
    String cluster,
    String defaultProfile) {
  public PlanContext {
    settings = Map.copyOf(settings);
  }
}
