package dev.caravanserai.http;

import io.vertx.core.http.HttpMethod;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Path, methods and scope of the requests that one route serves.
 *
 * @param owner route or contract, for messages; entrances of one owner may overlap, the more
 *     literal path wins
 * @param methods every method if empty
 * @param scope required of the caller
 * @param timeoutMillis limit for the response; 0 for none
 * @param webSocket whether a body that streams is sent by a WebSocket if the caller asks for one
 */
record Entrance(
    String owner,
    HttpPath path,
    Set<HttpMethod> methods,
    String scope,
    long timeoutMillis,
    boolean webSocket) {

  Entrance {
    methods = Set.copyOf(methods);
  }

  static Entrance get(String owner, String path) {
    return new Entrance(
        owner, HttpPath.of(path, false), Set.of(HttpMethod.GET), Scopes.SESSIONS_READ, 0, false);
  }

  boolean overlaps(Entrance other) {
    boolean sameMethod =
        methods.isEmpty()
            || other.methods.isEmpty()
            || methods.stream().anyMatch(other.methods::contains);
    return !owner.equals(other.owner) && sameMethod && path.overlaps(other.path);
  }

  @Override
  public String toString() {
    return "%s takes %s%s"
        .formatted(
            owner, methods.isEmpty() ? "" : String.join(", ", new TreeSet<>(names())) + " ", path);
  }

  Set<String> names() {
    Set<HttpMethod> all = methods.isEmpty() ? Set.copyOf(HttpMethod.values()) : methods;
    return all.stream().map(HttpMethod::name).collect(Collectors.toSet());
  }
}
