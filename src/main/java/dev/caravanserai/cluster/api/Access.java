package dev.caravanserai.cluster.api;

import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/**
 * One thing that Caravanserai does in a namespace, as RBAC names it.
 *
 * @param group the API group; empty for the core
 * @param resource plural, with its subresource: {@code pods/exec}
 */
public record Access(String group, String resource, String verb) {
  private static final String CORE = "";

  /**
   * What the product does in a namespace of sessions. The route {@code warnings} also lists events
   * of {@code events.k8s.io}; it is optional, and reports itself if that is not allowed.
   *
   * @param kinds of objects that the profiles of the namespace create
   */
  static List<Access> needed(Collection<Class<? extends HasMetadata>> kinds) {
    var all = new ArrayList<Access>();
    add(all, CORE, "pods", "create", "get", "list", "watch", "delete");
    add(all, CORE, "pods/exec", "create", "get"); // which one a WebSocket needs changed in 1.35
    add(all, CORE, "pods/log", "get");
    add(all, CORE, "configmaps", "create", "get", "list", "watch", "patch", "delete");
    add(all, CORE, "secrets", "create", "get", "delete");
    add(all, CORE, "events", "list");
    kinds.stream()
        .sorted(Comparator.comparing(Class::getName))
        .forEach(
            kind ->
                add(
                    all,
                    HasMetadata.getGroup(kind),
                    HasMetadata.getPlural(kind),
                    "create",
                    "get",
                    "delete"));
    return all.stream().distinct().toList();
  }

  private static void add(List<Access> all, String group, String resource, String... verbs) {
    for (var verb : verbs) {
      all.add(new Access(group, resource, verb));
    }
  }

  /** As {@code kubectl auth can-i} shows it: {@code create ingresses.networking.k8s.io}. */
  @Override
  public String toString() {
    return verb + " " + resource + (group.isEmpty() ? "" : "." + group);
  }
}
