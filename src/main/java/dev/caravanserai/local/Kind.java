package dev.caravanserai.local;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The kinds that are served, all v1: one table for paths, discovery, selectors and tables. */
enum Kind {
  NAMESPACE("", "Namespace", "namespaces", "ns", "status.phase"),
  POD(
      "",
      "Pod",
      "pods",
      "po",
      "spec.nodeName spec.restartPolicy spec.serviceAccountName status.phase status.podIP",
      "Name=/metadata/name",
      "Ready=ready",
      "Status=status",
      "Restarts=restarts",
      "Age=/metadata/creationTimestamp",
      "+IP=/status/podIP",
      "+Node=/spec/nodeName"),
  PVC(
      "",
      "PersistentVolumeClaim",
      "persistentvolumeclaims",
      "pvc",
      "",
      "Name=/metadata/name",
      "Status=/status/phase",
      "Volume=/spec/volumeName",
      "Capacity=/status/capacity/storage",
      "Age=/metadata/creationTimestamp"),
  SERVICE("", "Service", "services", "svc", "spec.clusterIP spec.type"),
  SECRET("", "Secret", "secrets", "", "type"),
  CONFIG_MAP("", "ConfigMap", "configmaps", "cm", ""),
  EVENT(
      "",
      "Event",
      "events",
      "ev",
      "involvedObject.kind involvedObject.namespace involvedObject.name involvedObject.uid"
          + " involvedObject.apiVersion involvedObject.fieldPath reason type reportingComponent",
      "Last Seen=/lastTimestamp",
      "Type=/type",
      "Reason=/reason",
      "Object=involved",
      "Message=/message"),
  SERVICE_ACCOUNT("", "ServiceAccount", "serviceaccounts", "sa", ""),
  LEASE("coordination.k8s.io", "Lease", "leases", "", ""),
  INGRESS("networking.k8s.io", "Ingress", "ingresses", "ing", ""),
  NETWORK_POLICY("networking.k8s.io", "NetworkPolicy", "networkpolicies", "netpol", "");

  final String group;
  final String kind;
  final String plural;
  final String shortName;
  final boolean namespaced;
  final boolean hasStatus;

  /** What field selectors may ask for besides name and namespace. */
  final List<String> fields;

  /** {@code Name=<JSON pointer, or a word that Tables knows>}; those with a + are for -o wide. */
  final List<String> columns;

  Kind(
      String group,
      String kind,
      String plural,
      String shortName,
      String fields,
      String... columns) {
    this.group = group;
    this.kind = kind;
    this.plural = plural;
    this.shortName = shortName;
    this.namespaced = !kind.equals("Namespace");
    this.hasStatus =
        List.of("Namespace", "Pod", "PersistentVolumeClaim", "Service", "Ingress").contains(kind);
    this.fields = List.of(fields.split(" "));
    this.columns =
        columns.length > 0
            ? List.of(columns)
            : List.of("Name=/metadata/name", "Age=/metadata/creationTimestamp");
  }

  static Optional<Kind> of(String group, String plural) {
    return Arrays.stream(values())
        .filter(k -> k.group.equals(group) && k.plural.equals(plural))
        .findFirst();
  }

  String apiVersion() {
    return group.isEmpty() ? "v1" : group + "/v1";
  }

  /** As messages name it. */
  String resource() {
    return group.isEmpty() ? plural : plural + "." + group;
  }
}
