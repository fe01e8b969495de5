package dev.caravanserai.local;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Starts one instance of a container, and takes what it writes until its end. */
final class ContainerLaunch {
  /** Told on the kubelet's thread. */
  interface Listener {
    void started(ContainerRun run, long pid, PodLog log);

    void refused(ContainerRun run, String why);

    void ended(ContainerRun run, int code);
  }

  private static final Logger LOG = LoggerFactory.getLogger(ContainerLaunch.class);
  private static final int CHUNK = 64 << 10;
  private static final int KILLED = 137;
  private static final String NO_COMMAND =
      "the local cluster runs the host's programs and knows no image's own command: "
          + "give the container a command";

  private final KubeletContext node;
  private final ContainerRun run;
  private final Listener listener;
  private final Process process;
  private final PodLog log;
  private final ByteArrayOutputStream answer = new ByteArrayOutputStream();
  private boolean started;

  private ContainerLaunch(
      KubeletContext node, ContainerRun run, Listener listener, Process process, PodLog log) {
    this.node = node;
    this.run = run;
    this.listener = listener;
    this.process = process;
    this.log = log;
  }

  /**
   * Makes ready what the process needs and starts it.
   *
   * @throws PodConfigException something that it refers to is missing
   * @throws IOException it cannot be started
   */
  static void start(
      KubeletContext node, JsonNode pod, ContainerRun run, PodReport report, Listener listener)
      throws IOException {
    String uid = Json.uid(pod);
    Path folder = node.home().resolve("pods").resolve(uid);
    ContainerEnv env = new ContainerEnv(node.store(), pod);
    run.env = env.of(run.spec);
    run.env.put(ProcessTree.MARKER, node.id() + "/" + uid);
    List<Sandbox.Mount> mounts =
        new PodVolumes(env, folder, node.home().resolve("volumes")).mountsOf(run.spec);
    List<String> argv = ContainerEnv.argv(run.spec, run.env);
    String image = run.spec.path("image").asText();
    report.normal(
        "Pulled", "Container image \"%s\" already present on machine".formatted(image), run.name);
    report.normal("Created", "Created container " + run.name, run.name);
    run.starts++;
    if (argv.isEmpty()) {
      throw new IOException(NO_COMMAND);
    }
    Path layer = Files.createDirectories(folder.resolve("layers").resolve(run.name + run.starts));
    Path where = node.sandbox().separate() ? layer : besides(run, mounts, report).orElse(layer);
    ProcessBuilder builder =
        new ProcessBuilder(node.sandbox().container(layer, run.dir(), mounts, argv))
            .directory(where.toFile())
            .redirectErrorStream(true)
            .redirectInput(new File("/dev/null"));
    builder.environment().clear();
    builder.environment().putAll(run.env);
    PodLog log = new PodLog(folder.resolve("logs").resolve(run.name + run.starts));
    Process process = builder.start();
    run.process = Optional.of(process);
    ContainerLaunch launch = new ContainerLaunch(node, run, listener, process, log);
    node.streams().watch(launch::look);
  }

  /** Where no namespaces are allowed: runs in the volume at or above its working directory. */
  private static Optional<Path> besides(
      ContainerRun run, List<Sandbox.Mount> mounts, PodReport report) throws IOException {
    Optional<Path> where = Optional.empty();
    for (Sandbox.Mount mount : mounts) {
      if (!Path.of(run.dir()).startsWith(mount.target())) {
        throw new PodConfigException(
            "cannot mount at %s: this machine allows neither mount nor user namespaces"
                .formatted(mount.target()));
      }
      Path inside = mount.source().resolve(Path.of(mount.target()).relativize(Path.of(run.dir())));
      where = Optional.of(Files.createDirectories(inside));
      String differs =
          "This machine allows no namespaces: the container runs in %s, and %s is not there"
              .formatted(inside, run.dir());
      report.warn("MountDiffers", differs, run.name);
    }
    return where;
  }

  private Pump.Found look() {
    try {
      boolean alive = process.isAlive();
      byte[] bytes = Pump.available(process.getInputStream(), CHUNK);
      if (bytes.length > 0) {
        take(bytes);
        return Pump.Found.SOME;
      } else if (alive) {
        return Pump.Found.NONE;
      }
      log.end();
      ended(process.exitValue());
    } catch (IOException e) {
      LOG.warn("local cluster: container {} is ended, its log fails: {}", run.name, e.toString());
      process.destroyForcibly();
      ended(KILLED);
    }
    return Pump.Found.END;
  }

  private void take(byte[] bytes) throws IOException {
    if (started) {
      log.write(bytes);
      return;
    }
    answer.writeBytes(bytes);
    String text = answer.toString(StandardCharsets.ISO_8859_1);
    int end = text.indexOf('\n');
    if (end > 0 && text.startsWith("ok ")) {
      started = true;
      long pid = Long.parseLong(text.substring(3, end));
      node.life().run(() -> listener.started(run, pid, log));
      log.write(Arrays.copyOfRange(answer.toByteArray(), end + 1, answer.size()));
    }
  }

  private void ended(int code) {
    String why = answer.toString(StandardCharsets.UTF_8).replaceFirst("^no ", "").strip();
    node.life().run(started ? () -> listener.ended(run, code) : () -> listener.refused(run, why));
  }
}
