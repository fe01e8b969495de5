package dev.caravanserai.local;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The parts of a resource URL; "" for a part that it does not have.
 *
 * @param namespace "" for all namespaces, and for cluster-scoped kinds
 */
record ApiPath(Kind kind, String namespace, String name, String subresource) {
  private static final Pattern PATH =
      Pattern.compile(
          "/(?:api|apis/([^/]+))/v1(?:/namespaces/([^/]+)(?=/)(?!/(?:status|finalize)$))?"
              + "/([^/]+)(?:/([^/]+))?(?:/([^/]+))?");

  /** Empty for a path that is not served. */
  static Optional<ApiPath> parse(String path) {
    Matcher match = PATH.matcher(path);
    if (!match.matches()) {
      return Optional.empty();
    }
    return Kind.of(part(match, 1), part(match, 3))
        .map(kind -> new ApiPath(kind, part(match, 2), part(match, 4), part(match, 5)))
        .filter(
            p ->
                p.kind.namespaced
                    ? p.within().isPresent() || p.name.isEmpty()
                    : p.within().isEmpty());
  }

  static ApiPath of(Kind kind, JsonNode object) {
    return new ApiPath(kind, Json.namespace(object), Json.name(object), "");
  }

  /** The namespace; empty for all. */
  Optional<String> within() {
    return Optional.of(namespace).filter(n -> !n.isEmpty());
  }

  private static String part(Matcher match, int group) {
    return Optional.ofNullable(match.group(group)).orElse("");
  }
}
