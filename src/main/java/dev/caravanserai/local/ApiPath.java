package dev.caravanserai.local;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * What a resource URL names.
 *
 * @param namespace empty for all namespaces, and for kinds without one
 */
record ApiPath(
    Kind kind, Optional<String> namespace, Optional<String> name, Optional<String> subresource) {

  /** Empty when nothing served is there. */
  static Optional<ApiPath> parse(String path) {
    List<String> parts = Arrays.stream(path.split("/")).filter(p -> !p.isEmpty()).toList();
    String group = "";
    if (parts.size() >= 3 && parts.get(0).equals("api") && parts.get(1).equals("v1")) {
      parts = parts.subList(2, parts.size());
    } else if (parts.size() >= 4 && parts.get(0).equals("apis") && parts.get(2).equals("v1")) {
      group = parts.get(1);
      parts = parts.subList(3, parts.size());
    } else {
      return Optional.empty();
    }
    boolean inNamespace =
        parts.size() >= 3
            && parts.get(0).equals("namespaces")
            && !(parts.size() == 3 && List.of("status", "finalize").contains(parts.get(2)));
    Optional<String> namespace = inNamespace ? Optional.of(parts.get(1)) : Optional.empty();
    List<String> rest = inNamespace ? parts.subList(2, parts.size()) : parts;
    if (rest.size() > 3) {
      return Optional.empty();
    }
    String wanted = group;
    return Arrays.stream(Kind.values())
        .filter(k -> k.group.equals(wanted) && k.plural.equals(rest.get(0)))
        .filter(k -> k.namespaced ? inNamespace || rest.size() == 1 : !inNamespace)
        .findFirst()
        .map(k -> new ApiPath(k, namespace, part(rest, 1), part(rest, 2)));
  }

  private static Optional<String> part(List<String> parts, int index) {
    return parts.size() > index ? Optional.of(parts.get(index)) : Optional.empty();
  }
}
