package dev.caravanserai.http;

import java.util.Set;

/**
 * Who is asking. A route that HTTP requests enter finds it in the exchange properties named here.
 *
 * @param key name of the API key
 * @param tenant whose sessions it sees
 * @param scopes what it may do
 */
public record Principal(String key, String tenant, Set<String> scopes) {
  /** Exchange property: the tenant. */
  public static final String TENANT = "CaravanseraiTenant";

  /** Exchange property: name of the API key. */
  public static final String KEY = "CaravanseraiKey";

  public Principal {
    scopes = Set.copyOf(scopes);
  }

  boolean may(String scope) {
    return scopes.contains(ApiKeys.EVERYTHING) || scopes.contains(scope);
  }
}
