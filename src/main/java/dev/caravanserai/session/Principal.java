package dev.caravanserai.session;

import java.util.Objects;
import java.util.Set;

/**
 * Who calls. Comes from authentication alone, never from a header or a body.
 *
 * @param tenant whose sessions the caller sees and uses
 * @param key name of the API key or other credential, for logs
 * @param scopes what the caller may do; {@code *} is everything
 */
public record Principal(String tenant, String key, Set<String> scopes) {
  /**
   * Name of the exchange property that shows the principal to routes. Absent if there is no caller:
   * in routes of a timer, a file and the like.
   */
  public static final String PROPERTY = "CaravanseraiPrincipal";

  /** The scope that includes every other. */
  public static final String EVERY_SCOPE = "*";

  public Principal {
    Objects.requireNonNull(tenant, "tenant");
    Objects.requireNonNull(key, "key");
    scopes = Set.copyOf(scopes);
  }

  public boolean may(String scope) {
    return scopes.contains(EVERY_SCOPE) || scopes.contains(scope);
  }
}
