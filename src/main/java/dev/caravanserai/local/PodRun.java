package dev.caravanserai.local;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One pod's life on the node {@code local}. All of it happens on the kubelet's thread. */
final class PodRun implements ContainerRun.Listener {
  private static final Logger LOG = LoggerFactory.getLogger(PodRun.class);
  private static final String NO_COMMAND =
      "the local cluster runs the host's programs and knows no image's own command: "
          + "give the container a command";

  final String namespace;
  final String name;
  final String uid;
  final List<ContainerRun> init = new ArrayList<>();
  final List<ContainerRun> main = new ArrayList<>();

  private final KubeletContext node;
  private final ObjectNode pod;
  private final PodFault fault;
  private final PodEvents events;
  private final Path folder;
  private final Map<String, String> conditionTimes = new HashMap<>();
  private final Instant accepted = Instant.now();
  private boolean scheduled;
  private boolean stopping;
  private boolean gone;
  private Optional<String> failed = Optional.empty();
  private String failedMessage = "";

  PodRun(KubeletContext node, ObjectNode pod) {
    this.node = node;
    this.pod = pod;
    this.namespace = pod.at("/metadata/namespace").asText();
    this.name = pod.at("/metadata/name").asText();
    this.uid = pod.at("/metadata/uid").asText();
    this.fault = PodFault.of(pod);
    this.events = new PodEvents(node.store(), pod);
    this.folder = node.home().resolve("pods").resolve(uid);
    pod.at("/spec/initContainers").forEach(c -> init.add(new ContainerRun(c, true)));
    pod.at("/spec/containers").forEach(c -> main.add(new ContainerRun(c, false)));
  }

  void begin() {
    if (fault == PodFault.UNSCHEDULABLE) {
      events.warning(
          "FailedScheduling",
          "0/1 nodes are available: 1 node(s) didn't match the fault asked for.");
      publish();
      return;
    }
    scheduled = true;
    events.normal("Scheduled", "Successfully assigned %s/%s to local".formatted(namespace, name));
    publish();
    JsonNode deadline = pod.at("/spec/activeDeadlineSeconds");
    if (deadline.isNumber()) {
      later(Duration.ofSeconds(deadline.asLong()), this::deadline);
    }
    if (fault == PodFault.NEVER_PULLS) {
      pull(Duration.ofSeconds(1));
    } else if (fault == PodFault.SLOW_START) {
      later(Duration.ofSeconds(3), this::advance);
    } else {
      advance();
    }
  }

  private void pull(Duration wait) {
    ContainerRun run = init.isEmpty() ? main.get(0) : init.get(0);
    String image = run.spec.path("image").asText();
    String why =
        "failed to resolve reference \"%s\": not found (a fault asked for)".formatted(image);
    event("Normal", "Pulling", "Pulling image \"" + image + "\"", run);
    event("Warning", "Failed", "Failed to pull image \"%s\": %s".formatted(image, why), run);
    event("Warning", "Failed", "Error: ErrImagePull", run);
    run.state = ContainerRun.waiting("ErrImagePull", why);
    publish();
    later(
        Duration.ofMillis(500),
        () -> {
          event("Normal", "BackOff", "Back-off pulling image \"" + image + "\"", run);
          event("Warning", "Failed", "Error: ImagePullBackOff", run);
          run.state =
              ContainerRun.waiting("ImagePullBackOff", "Back-off pulling image \"" + image + "\"");
          publish();
          Duration next = wait.multipliedBy(2);
          later(wait, () -> pull(next.toSeconds() > 30 ? Duration.ofSeconds(30) : next));
        });
  }

  /** Starts what is next: the first init container that has not succeeded, then all others. */
  private void advance() {
    if (stopping || failed.isPresent()) {
      return;
    }
    for (ContainerRun run : init) {
      if (run.exitCode() != 0) {
        if (run.starts == 0 && !run.running()) {
          start(run);
        }
        return;
      }
    }
    main.stream().filter(r -> r.starts == 0).forEach(this::start);
  }

  private void start(ContainerRun run) {
    if (stopping || failed.isPresent() || run.running() || run.process.isPresent()) {
      return;
    }
    try {
      ContainerEnv env = new ContainerEnv(node.store(), pod);
      run.env = env.of(run.spec);
      run.env.put(ProcessTree.MARKER, node.id() + "/" + uid);
      List<Sandbox.Mount> mounts =
          new PodVolumes(node.store(), pod, folder, node.home().resolve("volumes"))
              .mountsOf(run.spec);
      List<String> argv = ContainerEnv.argv(run.spec, run.env);
      String image = run.spec.path("image").asText();
      event(
          "Normal",
          "Pulled",
          "Container image \"%s\" already present on machine".formatted(image),
          run);
      event("Normal", "Created", "Created container " + run.name, run);
      if (argv.isEmpty()) {
        run.starts++;
        refused(run, NO_COMMAND);
        return;
      }
      Path layer = Files.createDirectories(folder.resolve("layers").resolve(run.name + run.starts));
      Path where = withoutNamespaces(run, mounts).orElse(layer);
      run.start(
          node.sandbox().container(layer, run.dir(), mounts, argv),
          where,
          logFolder().resolve(run.name).resolve(run.starts + ".log"),
          node.thread(),
          this);
    } catch (PodConfigException e) {
      event("Warning", "Failed", "Error: " + e.getMessage(), run);
      run.state = ContainerRun.waiting("CreateContainerConfigError", e.getMessage());
      publish();
      later(Duration.ofMillis(500), () -> start(run));
    } catch (IOException e) {
      run.starts++;
      refused(run, e.getMessage());
    }
  }

  /**
   * Where the machine allows no namespaces: a mount at or above the working directory, no other.
   */
  private Optional<Path> withoutNamespaces(ContainerRun run, List<Sandbox.Mount> mounts) {
    if (node.sandbox().separate()) {
      return Optional.empty();
    }
    Optional<Path> where = Optional.empty();
    for (Sandbox.Mount mount : mounts) {
      Path dir = Path.of(run.dir());
      if (!dir.startsWith(mount.target())) {
        throw new PodConfigException(
            "cannot mount at %s: this machine allows neither mount nor user namespaces"
                .formatted(mount.target()));
      }
      Path inside = mount.source().resolve(Path.of(mount.target()).relativize(dir));
      try {
        where = Optional.of(Files.createDirectories(inside));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      event(
          "Warning",
          "MountDiffers",
          "This machine allows no namespaces: the container runs in %s instead of %s, which is not there under that name"
              .formatted(inside, dir),
          run);
    }
    return where;
  }

  @Override
  public void started(ContainerRun run) {
    if (stopping || failed.isPresent()) {
      kill(run);
      return;
    }
    event("Normal", "Started", "Started container " + run.name, run);
    JsonNode probe = run.spec.path("readinessProbe");
    run.ready = !run.init && fault != PodFault.NEVER_READY && probe.isMissingNode();
    publish();
    if (!run.init && fault != PodFault.NEVER_READY && !probe.isMissingNode()) {
      int start = run.starts;
      later(
          Duration.ofSeconds(probe.path("initialDelaySeconds").asInt(0)),
          () -> probe(run, probe, start, 0, 0));
    }
    if (fault == PodFault.CRASHES || fault == PodFault.OOM) {
      kill(run);
    }
  }

  private void probe(ContainerRun run, JsonNode probe, int start, int good, int bad) {
    if (gone || run.starts != start || !run.running()) {
      return;
    }
    PodProbe.ask(probe, run, node.sandbox(), node.http())
        .thenAcceptAsync(
            yes -> {
              if (gone || run.starts != start || !run.running()) {
                return;
              }
              int goods = yes ? good + 1 : 0;
              int bads = yes ? 0 : bad + 1;
              if (!yes) {
                event("Warning", "Unhealthy", "Readiness probe failed", run);
              }
              boolean ready =
                  run.ready
                      ? bads < probe.path("failureThreshold").asInt(3)
                      : goods >= probe.path("successThreshold").asInt(1);
              if (ready != run.ready) {
                run.ready = ready;
                publish();
              }
              later(
                  Duration.ofSeconds(Math.max(1, probe.path("periodSeconds").asInt(10))),
                  () -> probe(run, probe, start, goods, bads));
            },
            node.thread());
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
    boolean fake = !stopping && failed.isEmpty() && run.running();
    if (fake && fault == PodFault.CRASHES) {
      run.terminated(1, "Error", "");
    } else if (fake && fault == PodFault.OOM) {
      run.terminated(137, "OOMKilled", "");
    } else {
      run.terminated(code, code == 0 ? "Completed" : "Error", "");
    }
    afterEnd(run);
  }

  private void afterEnd(ContainerRun run) {
    if (stopping) {
      publish();
      goneWhenAllEnded();
      return;
    }
    String policy = pod.at("/spec/restartPolicy").asText("Always");
    boolean again =
        run.init
            ? run.exitCode() != 0 && !policy.equals("Never")
            : policy.equals("Always") || policy.equals("OnFailure") && run.exitCode() != 0;
    if (failed.isPresent() || !again) {
      publish();
      advance();
      return;
    }
    publish();
    run.lastState = run.state;
    // The first restart comes at once, as in Kubernetes.
    long wait = run.restarts == 0 ? 0 : Math.min(30, 1L << Math.min(5, run.restarts - 1));
    if (wait > 0) {
      String message = "back-off %ds restarting failed container=%s".formatted(wait, run.name);
      event("Warning", "BackOff", "Back-off restarting failed container " + run.name, run);
      run.state = ContainerRun.waiting("CrashLoopBackOff", message);
      publish();
    }
    later(
        Duration.ofMillis(Math.max(50, wait * 1000)),
        () -> {
          run.restarts++;
          run.process = Optional.empty();
          start(run);
        });
  }

  private void deadline() {
    if (stopping || finished()) {
      return;
    }
    failed = Optional.of("DeadlineExceeded");
    failedMessage = "Pod was active on the node longer than the specified deadline";
    events.normal("DeadlineExceeded", failedMessage);
    all().filter(r -> r.process.isPresent()).forEach(this::terminate);
    later(grace(pod.at("/spec/terminationGracePeriodSeconds").asLong(30)), this::killAll);
    publish();
  }

  /** TERM now, KILL after the grace period, then out of the store. */
  void stop(ObjectNode latest) {
    Duration grace = grace(latest.at("/metadata/deletionGracePeriodSeconds").asLong(30));
    later(grace, this::killAll);
    if (stopping) {
      return;
    }
    stopping = true;
    all().filter(r -> r.process.isPresent()).forEach(this::terminate);
    goneWhenAllEnded();
  }

  private static Duration grace(long seconds) {
    return Duration.ofSeconds(Math.max(0, seconds));
  }

  private void terminate(ContainerRun run) {
    event("Normal", "Killing", "Stopping container " + run.name, run);
    if (run.pid > 0) {
      ProcessHandle.of(run.pid).ifPresent(ProcessHandle::destroy);
    } else {
      kill(run);
    }
  }

  private void kill(ContainerRun run) {
    if (run.pid > 0) {
      ProcessHandle.of(run.pid).ifPresent(ProcessHandle::destroyForcibly);
    } else {
      run.process.ifPresent(Process::destroyForcibly);
    }
    if (!node.sandbox().separate()) {
      ProcessTree.kill(node.id() + "/" + uid);
    }
  }

  void killAll() {
    all().filter(r -> r.process.isPresent()).forEach(this::kill);
  }

  /** It is out of the store already: ends what runs at once. */
  void vanished() {
    stopping = true;
    killAll();
    goneWhenAllEnded();
  }

  private void goneWhenAllEnded() {
    if (gone || all().anyMatch(r -> r.process.isPresent() && !r.terminated())) {
      return;
    }
    gone = true;
    if (!node.sandbox().separate()) {
      ProcessTree.kill(node.id() + "/" + uid);
    }
    all().forEach(r -> r.log.ifPresent(PodLog::end));
    FolderTree.remove(folder);
    FolderTree.remove(logFolder());
    node.forget(this);
    node.store()
        .get(Kind.POD, namespace, name)
        .filter(p -> p.at("/metadata/uid").asText().equals(uid))
        .ifPresent(p -> node.store().remove(Kind.POD, namespace, name));
  }

  Stream<ContainerRun> all() {
    return Stream.concat(init.stream(), main.stream());
  }

  private Path logFolder() {
    return node.home().resolve("logs").resolve(uid);
  }

  private void later(Duration wait, Runnable task) {
    ScheduledExecutorService thread = node.thread();
    thread.schedule(
        () -> {
          try {
            if (!gone) {
              task.run();
            }
          } catch (RuntimeException e) {
            LOG.warn("pod={}/{} uid={} could not go on", namespace, name, uid, e);
          }
        },
        wait.toMillis(),
        TimeUnit.MILLISECONDS);
  }

  private void event(String type, String reason, String message, ContainerRun run) {
    events.write(type, reason, message, run.name);
  }

  private boolean finished() {
    String phase = phase();
    return phase.equals("Succeeded") || phase.equals("Failed");
  }

  private String phase() {
    String policy = pod.at("/spec/restartPolicy").asText("Always");
    boolean never = policy.equals("Never");
    if (failed.isPresent()
        || never && init.stream().anyMatch(r -> r.terminated() && r.exitCode() != 0)) {
      return "Failed";
    }
    if (main.stream().allMatch(ContainerRun::terminated)) {
      boolean good = main.stream().allMatch(r -> r.exitCode() == 0);
      if (good && !policy.equals("Always")) {
        return "Succeeded";
      }
      if (never || stopping) {
        return good ? "Succeeded" : "Failed";
      }
    }
    boolean begun = main.stream().anyMatch(r -> r.running() || r.terminated() || r.restarts > 0);
    return begun ? "Running" : "Pending";
  }

  private void publish() {
    boolean initialized = init.stream().allMatch(r -> r.exitCode() == 0);
    boolean ready = main.stream().allMatch(r -> r.running() && r.ready);
    try {
      node.store()
          .update(
              Kind.POD,
              namespace,
              name,
              stored -> {
                if (!stored.at("/metadata/uid").asText().equals(uid)) {
                  return stored;
                }
                ObjectNode status =
                    stored.path("status") instanceof ObjectNode s ? s : stored.putObject("status");
                status.put("phase", phase());
                ArrayNode conditions = status.putArray("conditions");
                if (scheduled) {
                  ((ObjectNode) stored.path("spec")).put("nodeName", "local");
                  status.put("hostIP", "127.0.0.1").put("podIP", "127.0.0.1");
                  status.putArray("podIPs").addObject().put("ip", "127.0.0.1");
                  status.put("startTime", ContainerRun.seconds(accepted));
                  condition(conditions, "Initialized", initialized, "ContainersNotInitialized");
                  String why = phase().equals("Succeeded") ? "PodCompleted" : "ContainersNotReady";
                  condition(conditions, "Ready", ready, why);
                  condition(conditions, "ContainersReady", ready, why);
                  array(status, "initContainerStatuses", init);
                  array(status, "containerStatuses", main);
                }
                condition(conditions, "PodScheduled", scheduled, "Unschedulable");
                failed.ifPresent(f -> status.put("reason", f).put("message", failedMessage));
                return stored;
              });
    } catch (ApiError e) {
      if (e.code != 404) {
        throw e;
      }
    }
  }

  private static void array(ObjectNode status, String field, List<ContainerRun> runs) {
    if (!runs.isEmpty()) {
      ArrayNode all = status.putArray(field);
      runs.forEach(r -> all.add(r.status()));
    }
  }

  private void condition(ArrayNode all, String type, boolean is, String whyNot) {
    String value = is ? "True" : "False";
    String since =
        conditionTimes.computeIfAbsent(type + value, k -> ContainerRun.seconds(Instant.now()));
    conditionTimes.remove(type + (is ? "False" : "True"));
    ObjectNode one = all.addObject().put("type", type).put("status", value);
    one.putNull("lastProbeTime").put("lastTransitionTime", since);
    if (!is) {
      one.put("reason", whyNot);
      if (whyNot.equals("Unschedulable")) {
        one.put("message", "0/1 nodes are available: 1 node(s) didn't match the fault asked for.");
      }
    }
  }
}
