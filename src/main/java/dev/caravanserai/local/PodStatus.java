package dev.caravanserai.local;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A pod's phase, conditions and container states, as the kubelet writes them to the store. */
final class PodStatus {
  private static final Logger LOG = LoggerFactory.getLogger(PodStatus.class);
  static final String NOT_SCHEDULED =
      "0/1 nodes are available: 1 node(s) didn't match the fault asked for.";

  private final ObjectStore store;
  private final JsonNode pod;
  private final String policy;
  private final List<ContainerRun> init;
  private final List<ContainerRun> main;
  private final Map<String, String> conditionTimes = new HashMap<>();
  private final Instant accepted = Instant.now();
  boolean scheduled;
  private Optional<String> failed = Optional.empty();
  private String failedMessage = "";

  PodStatus(ObjectStore store, JsonNode pod, List<ContainerRun> init, List<ContainerRun> main) {
    this.store = store;
    this.pod = pod;
    this.policy = pod.at("/spec/restartPolicy").asText("Always");
    this.init = init;
    this.main = main;
  }

  /** It failed as a whole, whatever its containers say. */
  void fail(String reason, String message) {
    failed = Optional.of(reason);
    failedMessage = message;
  }

  boolean failed() {
    return failed.isPresent();
  }

  boolean finished() {
    return List.of("Succeeded", "Failed").contains(phase());
  }

  /** Whether a container that ended is to run again. */
  boolean restarts(ContainerRun run) {
    boolean always = policy.equals("Always") && !run.init;
    return !failed() && (always || run.exitCode() != 0 && !policy.equals("Never"));
  }

  /** 0 the first time, then 1, 2, 4 … 30. */
  static long backOffSeconds(ContainerRun run) {
    return run.restarts == 0 ? 0 : Math.min(30, 1L << Math.min(5, run.restarts - 1));
  }

  String phase() {
    if (failed() || init.stream().anyMatch(r -> r.terminated() && !good(r) && !restarts(r))) {
      return "Failed";
    }
    if (main.stream().allMatch(r -> r.terminated() && !restarts(r))) {
      return main.stream().allMatch(PodStatus::good) ? "Succeeded" : "Failed";
    }
    boolean begun = main.stream().anyMatch(r -> r.running() || r.terminated() || r.restarts > 0);
    return begun ? "Running" : "Pending";
  }

  private static boolean good(ContainerRun run) {
    return run.exitCode() == 0;
  }

  void publish() {
    JsonNode meta = pod.path("metadata");
    try {
      store.update(
          Kind.POD,
          meta.path("namespace").asText(),
          meta.path("name").asText(),
          stored -> {
            if (stored.at("/metadata/uid").equals(meta.path("uid"))) {
              write(stored);
            }
            return stored;
          });
    } catch (ApiError gone) {
      LOG.debug("pod {} was removed meanwhile", meta.path("name").asText());
    }
  }

  /** Out of the store, unless another pod has its name by now. */
  void remove() {
    String namespace = pod.at("/metadata/namespace").asText();
    String name = pod.at("/metadata/name").asText();
    store
        .get(Kind.POD, namespace, name)
        .filter(p -> p.at("/metadata/uid").equals(pod.at("/metadata/uid")))
        .ifPresent(p -> store.remove(Kind.POD, namespace, name));
  }

  private void write(ObjectNode stored) {
    ObjectNode status = stored.withObject("/status").put("phase", phase());
    ArrayNode conditions = status.putArray("conditions");
    if (scheduled) {
      stored.withObject("/spec").put("nodeName", "local");
      status.put("hostIP", "127.0.0.1").put("podIP", "127.0.0.1");
      status.putArray("podIPs").addObject().put("ip", "127.0.0.1");
      status.put("startTime", ContainerRun.seconds(accepted));
      boolean ready = main.stream().allMatch(r -> r.running() && r.ready);
      String why = phase().equals("Succeeded") ? "PodCompleted" : "ContainersNotReady";
      boolean initialized = init.stream().allMatch(PodStatus::good);
      condition(conditions, "Initialized", initialized, "ContainersNotInitialized");
      condition(conditions, "Ready", ready, why);
      condition(conditions, "ContainersReady", ready, why);
      containers(status, "initContainerStatuses", init);
      containers(status, "containerStatuses", main);
    }
    condition(conditions, "PodScheduled", scheduled, "Unschedulable");
    failed.ifPresent(reason -> status.put("reason", reason).put("message", failedMessage));
  }

  private static void containers(ObjectNode status, String field, List<ContainerRun> runs) {
    if (!runs.isEmpty()) {
      ArrayNode all = status.putArray(field);
      runs.forEach(r -> all.add(r.status()));
    }
  }

  private void condition(ArrayNode all, String type, boolean is, String whyNot) {
    String value = is ? "True" : "False";
    String now = ContainerRun.seconds(Instant.now());
    conditionTimes.remove(type + (is ? "False" : "True"));
    ObjectNode one = all.addObject().put("type", type).put("status", value);
    String since = conditionTimes.computeIfAbsent(type + value, k -> now);
    one.putNull("lastProbeTime").put("lastTransitionTime", since);
    if (!is) {
      one.put("reason", whyNot);
      if (whyNot.equals("Unschedulable")) {
        one.put("message", NOT_SCHEDULED);
      }
    }
  }
}
