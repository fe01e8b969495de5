package dev.caravanserai.local;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The kinds that are served, all in version v1, for paths, discovery, selectors and tables. */
enum Kind {
  NAMESPACE("", "Namespace", "namespaces", "ns", "status.phase", "Name,Status=/status/phase,Age"),
  POD(
      "",
      "Pod",
      "pods",
      "po",
      "spec.nodeName spec.restartPolicy spec.serviceAccountName status.phase status.podIP",
      "Name,Ready=ready,Status=status,Restarts=restarts,Age,+IP=/status/podIP,+Node=/spec/nodeName"),
  PVC(
      "",
      "PersistentVolumeClaim",
      "persistentvolumeclaims",
      "pvc",
      "",
      "Name,Status=/status/phase,Volume=/spec/volumeName,Capacity=/status/capacity/storage,Age"),
  SERVICE("", "Service", "services", "svc", "", "Name,Type=/spec/type,IP=/spec/clusterIP,Age"),
  SECRET("", "Secret", "secrets", "", "type", "Name,Type=/type,Age"),
  CONFIG_MAP("", "ConfigMap", "configmaps", "cm", "", "Name,Age"),
  EVENT(
      "",
      "Event",
      "events",
      "ev",
      "involvedObject.kind involvedObject.namespace involvedObject.name involvedObject.uid"
          + " involvedObject.apiVersion involvedObject.fieldPath reason type reportingComponent",
      "Last Seen=/lastTimestamp,Type=/type,Reason=/reason,Object=involved,Message=/message"),
  /** The same events in their newer form, to be read only. */
  EVENT_VIEW(
      "events.k8s.io",
      "Event",
      "events",
      "",
      "regarding.kind regarding.namespace regarding.name regarding.uid reason type",
      "Name,Type=/type,Reason=/reason,Note=/note"),
  SERVICE_ACCOUNT("", "ServiceAccount", "serviceaccounts", "sa", "", "Name,Age"),
  LEASE("coordination.k8s.io", "Lease", "leases", "", "", "Name,Age"),
  INGRESS("networking.k8s.io", "Ingress", "ingresses", "ing", "", "Name,Age"),
  NETWORK_POLICY("networking.k8s.io", "NetworkPolicy", "networkpolicies", "netpol", "", "Name,Age");

  final String group;
  final String kind;
  final String plural;
  final String shortName;
  final boolean namespaced;

  /** Fields for field selectors, besides name and namespace. */
  final List<String> fields;

  /** Title=JSON pointer, or a name that {@link Tables} knows; + marks wide output. */
  final List<String> columns;

  Kind(String group, String kind, String plural, String shortName, String fields, String columns) {
    this.group = group;
    this.kind = kind;
    this.plural = plural;
    this.shortName = shortName;
    this.namespaced = !kind.equals("Namespace");
    this.fields = List.of(fields.split(" "));
    this.columns = List.of(columns.split(","));
  }

  static Optional<Kind> of(String group, String plural) {
    return Arrays.stream(values())
        .filter(k -> k.group.equals(group) && k.plural.equals(plural))
        .findFirst();
  }

  String apiVersion() {
    return group.isEmpty() ? "v1" : group + "/v1";
  }
}
