package dev.caravanserai.local;

/** The kinds of objects the local cluster serves. */
enum Kind {
  NAMESPACE("", "v1", "Namespace", "namespaces", "ns", false),
  POD("", "v1", "Pod", "pods", "po", true),
  PVC("", "v1", "PersistentVolumeClaim", "persistentvolumeclaims", "pvc", true),
  SERVICE("", "v1", "Service", "services", "svc", true),
  SECRET("", "v1", "Secret", "secrets", "", true),
  CONFIG_MAP("", "v1", "ConfigMap", "configmaps", "cm", true),
  EVENT("", "v1", "Event", "events", "ev", true),
  SERVICE_ACCOUNT("", "v1", "ServiceAccount", "serviceaccounts", "sa", true),
  LEASE("coordination.k8s.io", "v1", "Lease", "leases", "", true),
  INGRESS("networking.k8s.io", "v1", "Ingress", "ingresses", "ing", true),
  NETWORK_POLICY("networking.k8s.io", "v1", "NetworkPolicy", "networkpolicies", "netpol", true);

  final String group;
  final String version;
  final String kind;
  final String plural;
  final String shortName;
  final boolean namespaced;

  Kind(
      String group,
      String version,
      String kind,
      String plural,
      String shortName,
      boolean namespaced) {
    this.group = group;
    this.version = version;
    this.kind = kind;
    this.plural = plural;
    this.shortName = shortName;
    this.namespaced = namespaced;
  }

  String apiVersion() {
    return group.isEmpty() ? version : group + "/" + version;
  }
}
