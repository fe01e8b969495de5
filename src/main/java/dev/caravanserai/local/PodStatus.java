package dev.caravanserai.local;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.List;

/**
 * A pod's phase, conditions and container states.
 *
 * @param failed why it failed as a whole, whatever its containers say; empty if it did not
 */
record PodStatus(
    boolean scheduled,
    String failed,
    String message,
    String policy,
    Instant accepted,
    List<ContainerRun> containers) {
  static final String NOT_SCHEDULED =
      "0/1 nodes are available: 1 node(s) didn't match the fault asked for.";

  /** Whether a container that ended is to run again. */
  boolean restarts(ContainerRun run) {
    boolean again = policy.equals("Always") || run.exitCode() != 0 && !policy.equals("Never");
    return failed.isEmpty() && again;
  }

  boolean finished() {
    return List.of("Succeeded", "Failed").contains(phase());
  }

  String phase() {
    if (!failed.isEmpty()) {
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
      boolean ready = containers.stream().allMatch(run -> run.running() && run.ready);
      String why = phase().equals("Succeeded") ? "PodCompleted" : "ContainersNotReady";
      condition(conditions, before, "Initialized", true, "", "");
      condition(conditions, before, "Ready", ready, why, "");
      condition(conditions, before, "ContainersReady", ready, why, "");
      ArrayNode all = status.putArray("containerStatuses");
      containers.forEach(run -> all.add(run.status()));
    }
    condition(conditions, before, "PodScheduled", scheduled, "Unschedulable", NOT_SCHEDULED);
    if (!failed.isEmpty()) {
      status.put("reason", failed).put("message", message);
    }
    return pod;
  }

  private static void condition(
      ArrayNode all, JsonNode before, String type, boolean is, String whyNot, String message) {
    String value = is ? "True" : "False";
    String since = ContainerRun.seconds(Instant.now());
    for (JsonNode old : before) {
      if (old.path("type").asText().equals(type) && old.path("status").asText().equals(value)) {
        since = old.path("lastTransitionTime").asText();
      }
    }
    ObjectNode one = all.addObject().put("type", type).put("status", value);
    one.putNull("lastProbeTime").put("lastTransitionTime", since);
    if (!is) {
      one.put("reason", whyNot).put("message", message);
    }
  }
}
