package dev.caravanserai.local;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Makes ready what a container's process needs, environment, volumes and root, and starts it. */
final class ContainerLaunch {
  private static final String NO_COMMAND =
      "the local cluster runs the host's programs and knows no image's own command: "
          + "give the container a command";

  private final KubeletContext node;
  private final JsonNode pod;
  private final PodEvents events;
  private final Path folder;
  private final Path logs;

  ContainerLaunch(KubeletContext node, JsonNode pod, PodEvents events) {
    this.node = node;
    this.pod = pod;
    this.events = events;
    String uid = pod.at("/metadata/uid").asText();
    this.folder = node.home().resolve("pods").resolve(uid);
    this.logs = node.home().resolve("logs").resolve(uid);
  }

  /**
   * Starts it.
   *
   * @throws PodConfigException something that it refers to is missing
   * @throws IOException it cannot be started
   */
  void start(ContainerRun run, ContainerRun.Listener listener) throws IOException {
    run.env = new ContainerEnv(node.store(), pod).of(run.spec);
    run.env.put(ProcessTree.MARKER, node.id() + "/" + pod.at("/metadata/uid").asText());
    List<Sandbox.Mount> mounts =
        new PodVolumes(node.store(), pod, folder, node.home().resolve("volumes"))
            .mountsOf(run.spec);
    List<String> argv = ContainerEnv.argv(run.spec, run.env);
    String image = run.spec.path("image").asText();
    String pulled = "Container image \"%s\" already present on machine".formatted(image);
    events.write("Normal", "Pulled", pulled, run.name);
    events.write("Normal", "Created", "Created container " + run.name, run.name);
    run.starts++;
    if (argv.isEmpty()) {
      throw new IOException(NO_COMMAND);
    }
    Path layer = Files.createDirectories(folder.resolve("layers").resolve(run.name + run.starts));
    Path where = node.sandbox().separate() ? layer : besides(run, mounts).orElse(layer);
    run.start(
        node.sandbox().container(layer, run.dir(), mounts, argv),
        where,
        logs.resolve(run.name).resolve(run.starts + ".log"),
        node,
        listener);
  }

  /** Where no namespaces are allowed: runs in the volume at or above its working directory. */
  private Optional<Path> besides(ContainerRun run, List<Sandbox.Mount> mounts) throws IOException {
    Optional<Path> where = Optional.empty();
    for (Sandbox.Mount mount : mounts) {
      Path dir = Path.of(run.dir());
      if (!dir.startsWith(mount.target())) {
        throw new PodConfigException(
            "cannot mount at %s: this machine allows neither mount nor user namespaces"
                .formatted(mount.target()));
      }
      Path inside = mount.source().resolve(Path.of(mount.target()).relativize(dir));
      where = Optional.of(Files.createDirectories(inside));
      String differs =
          "This machine allows no namespaces: the container runs in %s, and %s is not there"
              .formatted(inside, dir);
      events.write("Warning", "MountDiffers", differs, run.name);
    }
    return where;
  }

  /** Removes what the pod had on the host. */
  void clear() {
    FolderTree.remove(folder);
    FolderTree.remove(logs);
  }
}
