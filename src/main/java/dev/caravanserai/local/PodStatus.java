package dev.caravanserai.local;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.List;

/**
 * A pod's phase, conditions and container states.
 *
 * @param overdue it failed as a whole by its deadline, whatever its containers say
 */
record PodStatus(
    boolean scheduled,
    boolean overdue,
    String restartPolicy,
    Instant accepted,
    List<ContainerRun> containers) {
  static final String NOT_SCHEDULED =
      "0/1 nodes are available: 1 node(s) didn't match the fault asked for.";
  static final String TOO_LONG = "Pod was active on the node longer than the specified deadline";

  /** Whether a container that ended is to run again. */
  boolean restarts(ContainerRun run) {
    boolean fails = run.exitCode() != 0 && !restartPolicy.equals("Never");
    return !overdue && (fails || restartPolicy.equals("Always"));
  }

  boolean finished() {
    return List.of("Succeeded", "Failed").contains(phase());
  }

  String phase() {
    if (overdue) {
      return "Failed";
    } else if (containers.stream().allMatch(run -> run.terminated() && !restarts(run))) {
      return containers.stream().allMatch(run -> run.exitCode() == 0) ? "Succeeded" : "Failed";
    }
    boolean begun =
        containers.stream().anyMatch(run -> run.running() || run.terminated() || run.restarts > 0);
    return begun ? "Running" : "Pending";
  }

  ObjectNode in(ObjectNode pod) {
    JsonNode before = pod.at("/status/conditions").deepCopy();
    ObjectNode status = pod.withObject("/status").put("phase", phase());
    ArrayNode conditions = status.putArray("conditions");
    if (scheduled) {
      pod.withObject("/spec").put("nodeName", "local");
      status.put("hostIP", "127.0.0.1").put("podIP", "127.0.0.1");
      status.putArray("podIPs").addObject().put("ip", "127.0.0.1");
      status.put("startTime", ContainerRun.seconds(accepted));
      boolean ready = containers.stream().allMatch(ContainerRun::running);
      String why = phase().equals("Succeeded") ? "PodCompleted" : "ContainersNotReady";
      condition(conditions, before, "Initialized", true, "", "");
      condition(conditions, before, "Ready", ready, why, "");
      condition(conditions, before, "ContainersReady", ready, why, "");
      ArrayNode all = status.putArray("containerStatuses");
      containers.forEach(run -> all.add(run.status()));
    }
    condition(conditions, before, "PodScheduled", scheduled, "Unschedulable", NOT_SCHEDULED);
    if (overdue) {
      status.put("reason", "DeadlineExceeded").put("message", TOO_LONG);
    }
    return pod;
  }

  private static void condition(
      ArrayNode all, JsonNode before, String type, boolean is, String whyNot, String message) {
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
    if (!is) {
      one.put("reason", whyNot).put("message", message);
    }
  }
}
