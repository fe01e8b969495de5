package dev.caravanserai.local;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Starts one instance of a container, and copies its output to its log until it ends. */
final class ContainerLaunch {
  private static final Logger LOG = LoggerFactory.getLogger(ContainerLaunch.class);
  private static final int CHUNK = 64 << 10;
  private static final int KILLED = 137;
  private static final String NO_COMMAND =
      "the local cluster runs the host's programs and does not know the image's command: "
          + "set command or args of the container";

  private final PodRun owner;
  private final ContainerRun run;
  private final Process process;
  private final KubeletContext node;
  private final PodLog log = new PodLog();
  private final StartLine startLine = new StartLine();

  private ContainerLaunch(PodRun owner, ContainerRun run, Process process) {
    this.owner = owner;
    this.run = run;
    this.process = process;
    this.node = owner.node;
  }

  /**
   * Prepares environment and volumes, and starts the process.
   *
   * @throws PodConfigException if an object that it refers to is missing
   * @throws IOException if it cannot be started
   */
  static void start(PodRun owner, ContainerRun run) throws IOException {
    KubeletContext node = owner.node;
    ContainerEnv env = new ContainerEnv(node.store(), owner.pod);
    Map<String, String> specified = env.specified(run.spec);
    run.env = env.of(specified);
    run.env.put(ProcessTree.MARKER, node.id() + "/" + owner.uid);
    List<Sandbox.Mount> mounts =
        new PodVolumes(env, owner.folder, node.home().resolve("volumes")).mountsOf(run.spec);
    mounts.forEach(mount -> owner.mounted.add(mount.source()));
    List<String> argv = ContainerEnv.argv(run.spec, specified);
    String image = run.spec.path("image").asText();
    String present = "Container image \"%s\" already present on machine".formatted(image);
    owner.report.normal("Pulled", present, run.name);
    owner.report.normal("Created", "Created container " + run.name, run.name);
    run.starts++;
    if (argv.isEmpty()) {
      throw new IOException(NO_COMMAND);
    }
    Path layer =
        Files.createDirectories(owner.folder.resolve("layers").resolve(run.name + run.starts));
    boolean separate = node.sandbox().isolated();
    Path where = separate ? layer : workingFolder(owner, run, mounts).orElse(layer);
    Process process =
        node.sandbox()
            .container(layer, env.hostname(), run.dir(), mounts, argv, run.env)
            .directory(where.toFile())
            .redirectErrorStream(true)
            .redirectInput(new File("/dev/null"))
            .start();
    run.process = Optional.of(process);
    node.streams().watch(new ContainerLaunch(owner, run, process)::poll);
  }

  /** Without namespaces: the folder of the volume at or above the working directory. */
  private static Optional<Path> workingFolder(
      PodRun owner, ContainerRun run, List<Sandbox.Mount> mounts) throws IOException {
    Path dir = Path.of(run.dir());
    Optional<Path> where = Optional.empty();
    for (Sandbox.Mount mount : mounts) {
      if (!dir.startsWith(mount.target())) {
        throw new PodConfigException(
            "cannot mount at %s: this machine allows neither mount nor user namespaces"
                .formatted(mount.target()));
      }
      Path inside = mount.source().resolve(Path.of(mount.target()).relativize(dir));
      where = Optional.of(Files.createDirectories(inside));
      String differs =
          "This machine allows no namespaces: the container runs in %s, and %s is not there";
      owner.report.warn("MountDiffers", differs.formatted(inside, dir), run.name);
    }
    return where;
  }

  /** Runs on the stream thread; notifies the pod on the kubelet thread. */
  private Pump.Found poll() {
    try {
      InputStream out = process.getInputStream();
      boolean alive = process.isAlive();
      if (!startLine.ok() && startLine.read(out) && startLine.ok()) {
        long pid = Long.parseLong(startLine.detail());
        node.life().run(() -> owner.started(run, pid, log));
      }
      byte[] bytes = startLine.ok() ? Pump.available(out, CHUNK) : new byte[0];
      log.write(bytes);
      if (alive || bytes.length > 0) {
        return bytes.length > 0 ? Pump.Found.SOME : Pump.Found.NONE;
      }
      ended(process.exitValue());
    } catch (IOException e) {
      LOG.warn(
          "local cluster: killed container {} because its output cannot be read: {}",
          run.name,
          e.toString());
      process.destroyForcibly();
      ended(KILLED);
    }
    return Pump.Found.END;
  }

  private void ended(int code) {
    log.end();
    String why = startLine.detail();
    node.life().run(startLine.ok() ? () -> owner.ended(run, code) : () -> owner.refused(run, why));
  }
}
