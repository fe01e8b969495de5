package dev.caravanserai.http;

import dev.caravanserai.session.Nearest;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** What callers can be permitted. */
public final class Scopes {
  /** See sessions and read their logs. */
  public static final String SESSIONS_READ = "sessions:read";

  /** Start and stop sessions. */
  public static final String SESSIONS_WRITE = "sessions:write";

  /** Run commands in sessions. */
  public static final String EXEC = "exec";

  /** Call routes of one's own that name no other scope. */
  public static final String ROUTES = "routes";

  /** All but those of one's own. */
  static final Set<String> ALL = Set.of(SESSIONS_READ, SESSIONS_WRITE, EXEC, ROUTES);

  private static final Pattern OWN = Pattern.compile("routes:[A-Za-z0-9][A-Za-z0-9._-]{0,62}");

  private Scopes() {}

  /** Whether there is such a scope, besides the one that includes every other. */
  static boolean known(String scope) {
    return ALL.contains(scope) || OWN.matcher(scope).matches();
  }

  /** What is wrong with a scope that is not known, and what would be right. */
  static String unknown(String scope) {
    return "scope %s is unknown.%s There are %s, and routes:<name> of your own."
        .formatted(scope, Nearest.hint(scope, ALL), String.join(", ", new TreeSet<>(ALL)));
  }
}
