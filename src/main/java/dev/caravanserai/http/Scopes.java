package dev.caravanserai.http;

import dev.caravanserai.session.Nearest;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** The scopes of callers. */
public final class Scopes {
  /** Read sessions and their logs. */
  public static final String SESSIONS_READ = "sessions:read";

  /** Start and stop sessions. */
  public static final String SESSIONS_WRITE = "sessions:write";

  /** Run commands in sessions. */
  public static final String EXEC = "exec";

  /** Call custom routes that name no other scope. */
  public static final String ROUTES = "routes";

  /** Without custom scopes. */
  static final Set<String> ALL = Set.of(SESSIONS_READ, SESSIONS_WRITE, EXEC, ROUTES);

  private static final Pattern OWN = Pattern.compile("routes:[A-Za-z0-9][A-Za-z0-9._-]{0,62}");

  private Scopes() {}

  /** Whether there is such a scope; {@code *} is not one. */
  static boolean known(String scope) {
    return ALL.contains(scope) || OWN.matcher(scope).matches();
  }

  /** The message for an unknown scope. */
  static String unknown(String scope) {
    return "scope %s is unknown.%s Use %s, or a custom scope routes:<name>."
        .formatted(scope, Nearest.hint(scope, ALL), String.join(", ", new TreeSet<>(ALL)));
  }
}
