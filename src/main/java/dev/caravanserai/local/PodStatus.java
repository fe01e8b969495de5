package dev.caravanserai.local;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.List;

/**
 * A pod's phase, conditions and container states, as the kubelet of Kubernetes 1.32 derives them.
 *
 * @param overdue past its deadline: failed as soon as no container has a process
 * @param stopping being deleted: no container is restarted
 */
record PodStatus(
    boolean scheduled,
    boolean overdue,
    boolean stopping,
    String restartPolicy,
    Instant accepted,
    List<ContainerRun> containers) {
  static final String NOT_SCHEDULED =
      "0/1 nodes are available: 1 Insufficient cpu (injected fault).";
  static final String TOO_LONG = "Pod was active on the node longer than the specified deadline";

  /** Whether a container is restarted after its end. */
  boolean restarts(ContainerRun run) {
    boolean fails = run.exitCode() != 0 && !restartPolicy.equals("Never");
    return !overdue && !stopping && (fails || restartPolicy.equals("Always"));
  }

  boolean finished() {
    return List.of("Succeeded", "Failed").contains(phase());
  }

  String phase() {
    if (overdue && containers.stream().noneMatch(ContainerRun::alive)) {
      return "Failed";
    } else if (containers.stream().anyMatch(ContainerRun::neverRan)) {
      return "Pending";
    } else if (containers.stream().anyMatch(run -> !run.terminated() || restarts(run))) {
      return "Running";
    }
    return containers.stream().allMatch(run -> run.exitCode() == 0) ? "Succeeded" : "Failed";
  }

  ObjectNode in(ObjectNode pod) {
    JsonNode before = pod.at("/status/conditions").deepCopy();
    String phase = phase();
    ObjectNode status = pod.withObject("/status").put("phase", phase);
    ArrayNode conditions = status.putArray("conditions");
    if (scheduled) {
      pod.withObject("/spec").put("nodeName", "local");
      status.put("hostIP", "127.0.0.1").put("podIP", "127.0.0.1");
      status.putArray("podIPs").addObject().put("ip", "127.0.0.1");
      status.put("startTime", ContainerRun.seconds(accepted));
      condition(conditions, before, "Initialized", true, completed(phase, ""), "");
      String reason = completed(phase, phase.equals("Failed") ? "PodFailed" : "ContainersNotReady");
      String message = reason.equals("ContainersNotReady") ? unready() : "";
      boolean ready = unready().isEmpty();
      condition(conditions, before, "Ready", ready, ready ? "" : reason, message);
      condition(conditions, before, "ContainersReady", ready, ready ? "" : reason, message);
      ArrayNode all = status.putArray("containerStatuses");
      containers.forEach(run -> all.add(run.status()));
      condition(conditions, before, "PodScheduled", true, "", "");
    } else {
      condition(conditions, before, "PodScheduled", false, "Unschedulable", NOT_SCHEDULED);
    }
    if (overdue && phase.equals("Failed")) {
      status.put("reason", "DeadlineExceeded").put("message", TOO_LONG);
    }
    return pod;
  }

  private static String completed(String phase, String otherwise) {
    return phase.equals("Succeeded") ? "PodCompleted" : otherwise;
  }

  private String unready() {
    List<String> names =
        containers.stream().filter(run -> !run.running()).map(run -> run.name).toList();
    String all = "containers with unready status: [%s]".formatted(String.join(" ", names));
    return names.isEmpty() ? "" : all;
  }

  private static void condition(
      ArrayNode all, JsonNode before, String type, boolean is, String reason, String message) {
    String value = is ? "True" : "False";
    String since =
        Json.objects(before).stream()
            .filter(old -> Json.text(old, "/type").equals(type))
            .filter(old -> Json.text(old, "/status").equals(value))
            .map(old -> Json.text(old, "/lastTransitionTime"))
            .findFirst()
            .orElse(ContainerRun.seconds(Instant.now()));
    ObjectNode one = all.addObject().put("type", type).put("status", value);
    one.putNull("lastProbeTime").put("lastTransitionTime", since);
    if (!reason.isEmpty()) {
      one.put("reason", reason);
    }
    if (!message.isEmpty()) {
      one.put("message", message);
    }
  }
}
