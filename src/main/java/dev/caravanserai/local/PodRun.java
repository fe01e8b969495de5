package dev.caravanserai.local;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** One pod's life on the node {@code local}. All of it happens on the kubelet's thread. */
final class PodRun implements ContainerRun.Listener {
  private static final Duration CONFIG_RETRY = Duration.ofMillis(500);
  private static final Duration SLOW_START = Duration.ofSeconds(3);

  final String namespace;
  final String name;
  final String uid;

  private final List<ContainerRun> init = new ArrayList<>();
  private final List<ContainerRun> main = new ArrayList<>();
  private final KubeletContext node;
  private final Consumer<PodRun> onGone;
  private final ObjectNode pod;
  private final PodFault fault;
  private final PodEvents events;
  private final PodStatus status;
  private final ContainerLaunch launch;
  private boolean stopping;
  private boolean gone;

  PodRun(KubeletContext node, ObjectNode pod, Consumer<PodRun> onGone) {
    this.node = node;
    this.pod = pod;
    this.onGone = onGone;
    this.namespace = pod.at("/metadata/namespace").asText();
    this.name = pod.at("/metadata/name").asText();
    this.uid = pod.at("/metadata/uid").asText();
    this.fault = PodFault.of(pod);
    this.events = new PodEvents(node.store(), pod);
    this.launch = new ContainerLaunch(node, pod, events);
    pod.at("/spec/initContainers").forEach(c -> init.add(new ContainerRun(c, true)));
    pod.at("/spec/containers").forEach(c -> main.add(new ContainerRun(c, false)));
    this.status = new PodStatus(node.store(), pod, init, main);
  }

  void begin() {
    if (fault == PodFault.UNSCHEDULABLE) {
      events.write("Warning", "FailedScheduling", PodStatus.NOT_SCHEDULED, "");
      status.publish();
      return;
    }
    status.scheduled = true;
    String assigned = "Successfully assigned %s/%s to local".formatted(namespace, name);
    events.write("Normal", "Scheduled", assigned, "");
    status.publish();
    JsonNode deadline = pod.at("/spec/activeDeadlineSeconds");
    if (deadline.isNumber()) {
      later(Duration.ofSeconds(deadline.asLong()), this::deadline);
    }
    switch (fault) {
      case NEVER_PULLS ->
          new PodPull(status, events, all().findFirst().orElseThrow(), this::later).fail(1);
      case SLOW_START -> later(SLOW_START, this::advance);
      default -> advance();
    }
  }

  /** Starts what is next: the first init container that has not succeeded, then all others. */
  private void advance() {
    Optional<ContainerRun> first = init.stream().filter(r -> r.exitCode() != 0).findFirst();
    Stream<ContainerRun> next = first.isPresent() ? first.stream() : main.stream();
    next.filter(r -> r.starts == 0).forEach(this::start);
  }

  private void start(ContainerRun run) {
    if (stopping || status.failed() || run.process.isPresent()) {
      return;
    }
    try {
      launch.start(run, this);
    } catch (PodConfigException e) {
      event("Warning", "Failed", "Error: " + e.getMessage(), run);
      run.state = ContainerRun.waiting("CreateContainerConfigError", e.getMessage());
      status.publish();
      later(CONFIG_RETRY, () -> start(run));
    } catch (IOException e) {
      refused(run, e.getMessage());
    }
  }

  @Override
  public void started(ContainerRun run) {
    if (stopping || status.failed()) {
      kill(run);
      return;
    }
    event("Normal", "Started", "Started container " + run.name, run);
    run.ready = fault != PodFault.NEVER_READY;
    status.publish();
    if (fault == PodFault.CRASHES || fault == PodFault.OOM) {
      kill(run);
    }
  }

  @Override
  public void refused(ContainerRun run, String why) {
    run.startedAt = Instant.now();
    String message =
        "failed to create containerd task: failed to create shim task: OCI runtime create failed: "
            + "runc create failed: unable to start container process: "
            + why;
    event("Warning", "Failed", "Error: " + message, run);
    run.terminated(128, "StartError", message);
    afterEnd(run);
  }

  @Override
  public void ended(ContainerRun run, int code) {
    boolean faked = !stopping && !status.failed();
    if (faked && fault == PodFault.CRASHES) {
      run.terminated(1, "Error", "");
    } else if (faked && fault == PodFault.OOM) {
      run.terminated(137, "OOMKilled", "");
    } else {
      run.terminated(code, code == 0 ? "Completed" : "Error", "");
    }
    afterEnd(run);
  }

  private void afterEnd(ContainerRun run) {
    status.publish();
    if (stopping) {
      goneWhenAllEnded();
    } else if (status.restarts(run)) {
      restart(run);
    } else if (!status.failed()) {
      advance();
    }
  }

  private void restart(ContainerRun run) {
    run.lastState = run.state;
    long wait = PodStatus.backOffSeconds(run);
    if (wait > 0) {
      event("Warning", "BackOff", "Back-off restarting failed container " + run.name, run);
      String message = "back-off %ds restarting failed container=%s".formatted(wait, run.name);
      run.state = ContainerRun.waiting("CrashLoopBackOff", message);
      status.publish();
    }
    later(
        Duration.ofMillis(Math.max(50, wait * 1000)),
        () -> {
          run.restarts++;
          start(run);
        });
  }

  private void deadline() {
    if (stopping || status.finished()) {
      return;
    }
    String message = "Pod was active on the node longer than the specified deadline";
    status.fail("DeadlineExceeded", message);
    events.write("Normal", "DeadlineExceeded", message, "");
    living().forEach(this::terminate);
    later(Duration.ofSeconds(pod.at("/spec/terminationGracePeriodSeconds").asLong(30)), this::kill);
    status.publish();
  }

  /** TERM now, KILL after the grace period, then out of the store. */
  void stop(ObjectNode latest) {
    long grace = Math.max(0, latest.at("/metadata/deletionGracePeriodSeconds").asLong(30));
    later(Duration.ofSeconds(grace), this::kill);
    if (!stopping) {
      stopping = true;
      living().forEach(this::terminate);
      goneWhenAllEnded();
    }
  }

  /** It is out of the store already: ends what runs at once. */
  void vanished() {
    stopping = true;
    kill();
    goneWhenAllEnded();
  }

  private void terminate(ContainerRun run) {
    event("Normal", "Killing", "Stopping container " + run.name, run);
    if (run.pid > 0) {
      ProcessHandle.of(run.pid).ifPresent(ProcessHandle::destroy);
    } else {
      kill(run);
    }
  }

  private void kill() {
    living().forEach(this::kill);
  }

  private void kill(ContainerRun run) {
    if (run.pid > 0) {
      ProcessHandle.of(run.pid).ifPresent(ProcessHandle::destroyForcibly);
    } else {
      run.process.ifPresent(Process::destroyForcibly);
    }
    killStrays();
  }

  /** With namespaces, all of a container ends with its first process. */
  private void killStrays() {
    if (!node.sandbox().separate()) {
      ProcessTree.kill(node.id() + "/" + uid);
    }
  }

  private void goneWhenAllEnded() {
    if (gone || living().findAny().isPresent()) {
      return;
    }
    gone = true;
    killStrays();
    launch.clear();
    onGone.accept(this);
    status.remove();
  }

  Stream<ContainerRun> all() {
    return Stream.concat(init.stream(), main.stream());
  }

  private Stream<ContainerRun> living() {
    return all().filter(r -> r.process.isPresent());
  }

  private void later(Duration wait, Runnable task) {
    node.later(
        wait,
        () -> {
          if (!gone) {
            task.run();
          }
        });
  }

  private void event(String type, String reason, String message, ContainerRun run) {
    events.write(type, reason, message, run.name);
  }
}
