package dev.caravanserai.cluster.api;

import java.util.ArrayList;
import java.util.List;

/**
 * One thing that Caravanserai does in a namespace, as RBAC names it.
 *
 * @param group the API group; empty for the core
 * @param resource plural, with its subresource: {@code pods/exec}
 */
public record Access(String group, String resource, String verb) {
  private static final String CORE = "";
  private static final String NETWORKING = "networking.k8s.io";

  /** Everything that the product does in a namespace of sessions. */
  static List<Access> needed() {
    var all = new ArrayList<Access>();
    add(all, CORE, "pods", "create", "get", "list", "watch", "delete");
    add(all, CORE, "pods/exec", "create", "get"); // which one a WebSocket takes changed in 1.35
    add(all, CORE, "pods/log", "get");
    add(all, CORE, "configmaps", "create", "get", "list", "watch", "patch", "delete");
    add(all, CORE, "persistentvolumeclaims", "create", "get", "delete");
    add(all, CORE, "secrets", "create", "get", "delete");
    add(all, CORE, "services", "create", "get", "delete");
    add(all, CORE, "events", "list");
    add(all, NETWORKING, "ingresses", "create", "get", "delete");
    add(all, NETWORKING, "networkpolicies", "create", "get", "delete");
    add(all, "coordination.k8s.io", "leases", "create", "get", "update");
    return List.copyOf(all);
  }

  private static void add(List<Access> all, String group, String resource, String... verbs) {
    for (var verb : verbs) {
      all.add(new Access(group, resource, verb));
    }
  }

  /** As {@code kubectl auth can-i} takes it: {@code create ingresses.networking.k8s.io}. */
  @Override
  public String toString() {
    return verb + " " + resource + (group.isEmpty() ? "" : "." + group);
  }
}
