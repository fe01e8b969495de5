package dev.caravanserai.local;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Runs one pod on the node {@code local}. Used on the kubelet thread only. */
final class PodRun {
  private static final Duration CONFIG_RETRY = Duration.ofMillis(500);
  private static final Duration SLOW_START = Duration.ofSeconds(3);

  final KubeletContext node;
  final JsonNode pod;
  final String uid;
  final Path folder;
  final PodReport report;

  /** Folders that a container of this pod had mounted; kept until the pod has ended. */
  final Set<Path> mounted = new HashSet<>();

  final List<ContainerRun> containers = new ArrayList<>();
  private final Consumer<PodRun> onGone;
  private final PodFault fault;
  private final List<Future<?>> timers = new ArrayList<>();
  private final Instant accepted = Instant.now();
  private JsonNode deadline = MissingNode.getInstance();
  private boolean overdue;
  private boolean stopping;
  private boolean gone;

  PodRun(KubeletContext node, JsonNode pod, Consumer<PodRun> onGone) {
    this.node = node;
    this.pod = pod;
    this.onGone = onGone;
    this.uid = Json.uid(pod);
    this.folder = node.home().resolve("pods").resolve(uid);
    this.fault = PodFault.of(pod);
    this.report = PodReport.of(node.store(), pod);
    pod.at("/spec/containers")
        .forEach(container -> containers.add(new ContainerRun(uid, container)));
  }

  void begin() {
    if (fault == PodFault.UNSCHEDULABLE) {
      report.warn("FailedScheduling", PodStatus.NOT_SCHEDULED, "");
      publish();
      return;
    }
    String assigned = "Successfully assigned %s/%s to local";
    report.normal("Scheduled", assigned.formatted(Json.namespace(pod), Json.name(pod)), "");
    publish();
    deadlineOf(pod);
    switch (fault) {
      case NEVER_PULLS -> neverPulls(containers.get(0));
      case SLOW_START -> later(SLOW_START, () -> containers.forEach(this::start));
      default -> containers.forEach(this::start);
    }
  }

  /** Applies the deadline of a spec, whose value may have been lowered since the start. */
  void deadlineOf(JsonNode latest) {
    JsonNode seconds = latest.at("/spec/activeDeadlineSeconds");
    if (seconds.isNumber() && !seconds.equals(deadline) && fault != PodFault.UNSCHEDULABLE) {
      deadline = seconds;
      Instant end = accepted.plusSeconds(seconds.asLong());
      later(Duration.between(Instant.now(), end), this::deadline);
    }
  }

  private void neverPulls(ContainerRun run) {
    String image = run.spec.path("image").asText();
    String why = "failed to resolve reference \"%s\": not found (injected fault)";
    String error = "Failed to pull image \"%s\": %s".formatted(image, why.formatted(image));
    String backOff = "Back-off pulling image \"" + image + "\"";
    report.warn("Failed", error, run.name);
    waits(run, "ErrImagePull", error);
    later(
        CONFIG_RETRY,
        () -> {
          report.normal("BackOff", backOff, run.name);
          report.warn("Failed", "Error: ImagePullBackOff", run.name);
          waits(run, "ImagePullBackOff", backOff);
        });
  }

  private void waits(ContainerRun run, String reason, String message) {
    run.waits(reason, message);
    publish();
  }

  private void start(ContainerRun run) {
    if (ending() || run.process.isPresent()) {
      return;
    }
    try {
      ContainerLaunch.start(this, run);
    } catch (PodConfigException e) {
      retry(run, "CreateContainerConfigError", e.getMessage());
    } catch (IOException e) {
      refused(run, e.getMessage());
    } catch (RuntimeException e) { // such as NUL in a path or a value
      retry(run, "CreateContainerError", e.toString());
    }
  }

  private void retry(ContainerRun run, String reason, String message) {
    report.warn("Failed", "Error: " + message, run.name);
    waits(run, reason, message);
    later(CONFIG_RETRY, () -> start(run));
  }

  /** The container has started, as process {@code pid} of the host. */
  void started(ContainerRun run, long pid, PodLog log) {
    run.runs(pid, log);
    if (!ending()) {
      report.normal("Started", "Started container " + run.name, run.name);
      publish();
    }
    if (ending() || fault == PodFault.CRASHES || fault == PodFault.OOM) {
      run.signal(true);
    }
  }

  /** The container could not be started. */
  void refused(ContainerRun run, String why) {
    String message =
        "failed to create containerd task: failed to create shim task: OCI runtime create failed: "
            + "runc create failed: unable to start container process: "
            + (why.isEmpty() ? "the container ended before its program started" : why);
    report.warn("Failed", "Error: " + message, run.name);
    run.ended(128, "StartError", message);
    afterEnd(run);
  }

  /** The container ended, with all its processes. */
  void ended(ContainerRun run, int code) {
    if (!ending() && fault == PodFault.CRASHES) {
      run.ended(1, "Error", "");
    } else if (!ending() && fault == PodFault.OOM) {
      run.ended(137, "OOMKilled", "");
    } else {
      run.ended(code, code == 0 ? "Completed" : "Error", "");
    }
    afterEnd(run);
  }

  private void afterEnd(ContainerRun run) {
    publish();
    if (stopping) {
      finishIfAllEnded();
    } else if (status().restarts(run)) {
      restart(run);
    }
  }

  private void restart(ContainerRun run) {
    long wait = run.backOff.secondsAfter(run.ran());
    if (wait > 0) {
      String which = "%s_%s(%s)".formatted(Json.name(pod), Json.namespace(pod), uid);
      String event = "Back-off restarting failed container %s in pod %s";
      report.warn("BackOff", event.formatted(run.name, which), run.name);
      String message = "back-off %ds restarting failed container=%s pod=%s";
      waits(run, "CrashLoopBackOff", message.formatted(wait, run.name, which));
    }
    later(
        Duration.ofMillis(Math.max(50, wait * 1000)),
        () -> {
          run.restarts++;
          start(run);
        });
  }

  private void deadline() {
    if (ending() || status().finished()) {
      return;
    }
    overdue = true;
    report.normal("DeadlineExceeded", PodStatus.TOO_LONG, "");
    signalAll(false);
    killAfter(pod.at("/spec/terminationGracePeriodSeconds"));
    publish();
  }

  /** Sends TERM, then KILL after the grace period, then removes the pod. */
  void stop(JsonNode latest) {
    killAfter(latest.at("/metadata/deletionGracePeriodSeconds"));
    if (!stopping) {
      stopping = true;
      signalAll(false);
      finishIfAllEnded();
    }
  }

  private void killAfter(JsonNode seconds) {
    later(Duration.ofSeconds(Math.max(0, seconds.asLong(30))), () -> signalAll(true));
  }

  /** The pod was removed from the store: kills its processes. */
  void onDeleted() {
    stopping = true;
    signalAll(true);
    finishIfAllEnded();
  }

  private void signalAll(boolean kill) {
    for (ContainerRun run : living().toList()) {
      if (!kill) {
        report.normal("Killing", "Stopping container " + run.name, run.name);
      }
      run.signal(kill);
    }
    if (kill && !node.sandbox().isolated()) {
      ProcessTree.kill(node.id() + "/" + uid);
    }
  }

  private void finishIfAllEnded() {
    if (gone || living().findAny().isPresent()) {
      return;
    }
    gone = true;
    timers.forEach(timer -> timer.cancel(false));
    signalAll(true); // without namespaces some may have left their process group
    onGone.accept(this);
    report.removed();
  }

  /** Whether a process of the pod may use a folder, now or later. */
  boolean uses(Path folder) {
    return mounted.contains(folder) && (living().findAny().isPresent() || !status().finished());
  }

  private Stream<ContainerRun> living() {
    return containers.stream().filter(ContainerRun::alive);
  }

  private boolean ending() {
    return stopping || overdue;
  }

  private PodStatus status() {
    String policy = pod.at("/spec/restartPolicy").asText("Always");
    boolean scheduled = fault != PodFault.UNSCHEDULABLE;
    return new PodStatus(scheduled, overdue, stopping, policy, accepted, containers);
  }

  private void publish() {
    report.status(status());
  }

  private void later(Duration wait, Runnable task) {
    timers.removeIf(Future::isDone);
    timers.add(node.life().later(wait, task));
  }
}
