package dev.caravanserai.cluster.api;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The rights that the server's credentials lack in a namespace.
 *
 * @param url of the API server
 * @param missing in the order of {@link Access#needed}; empty if none is
 */
public record AccessReport(String url, String namespace, List<Access> missing) {
  public AccessReport {
    missing = List.copyOf(missing);
  }

  public boolean complete() {
    return missing.isEmpty();
  }

  /** The rules of a Role with the missing rights, as YAML; empty if none is missing. */
  public String rules() {
    return grouped().entrySet().stream()
        .map(
            rule ->
                "- apiGroups: [\"%s\"]%n  resources: %s%n  verbs: %s%n"
                    .formatted(rule.getKey().group(), rule.getValue(), rule.getKey().verbs()))
        .collect(Collectors.joining());
  }

  /** The missing rights and a Role that grants them, for the operator. */
  public String describe() {
    if (complete()) {
      return "All that sessions need is allowed in namespace %s of %s.".formatted(namespace, url);
    }
    return ("Not allowed in namespace %s of %s: %s.%nGive these rules to the server's user by a"
            + " Role and a RoleBinding in that namespace:%n%s")
        .formatted(
            namespace,
            url,
            missing.stream().map(Access::toString).collect(Collectors.joining(", ")),
            rules());
  }

  private record Rule(String group, List<String> verbs) {}

  /** Resources of one group that lack the same verbs share a rule. */
  private Map<Rule, List<String>> grouped() {
    record Resource(String group, String name) {}
    var verbs = new LinkedHashMap<Resource, List<String>>();
    for (var access : missing) {
      verbs
          .computeIfAbsent(new Resource(access.group(), access.resource()), r -> new ArrayList<>())
          .add(access.verb());
    }
    var rules = new LinkedHashMap<Rule, List<String>>();
    verbs.forEach(
        (resource, of) ->
            rules
                .computeIfAbsent(new Rule(resource.group(), of), r -> new ArrayList<>())
                .add(resource.name()));
    return rules;
  }
}
