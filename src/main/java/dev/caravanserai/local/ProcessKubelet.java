package dev.caravanserai.local;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The node {@code local}: runs pods as processes of this machine, with the programs of the host
 * whatever the image is. Processes run as the server's user: resource limits, {@code runAsUser},
 * {@code fsGroup} and the like are ignored. Thread-safe.
 */
final class ProcessKubelet implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ProcessKubelet.class);

  private final Map<String, PodRun> pods = new ConcurrentHashMap<>();
  private final KubeletContext node;
  private final Trash trash;
  private final Path volumes;

  /** Folders of deleted claims that a pod still uses. Used on the kubelet thread only. */
  private final Set<Path> unclaimed = new HashSet<>();

  private final List<Runnable> unfollow;

  private ProcessKubelet(KubeletContext node, Trash trash) {
    this.node = node;
    this.trash = trash;
    this.volumes = node.home().resolve("volumes");
    ObjectStore store = node.store();
    unfollow =
        List.of(
            store.follow(Kind.PVC, 0, event -> node.life().run(() -> claim(event))),
            store.follow(Kind.POD, 0, event -> node.life().run(() -> pod(event))));
  }

  static ProcessKubelet start(ObjectStore store, Path home) throws IOException {
    return start(store, home, Sandbox.ofThisMachine(Set.of(home)));
  }

  /**
   * Kills the processes and removes the files that an earlier server of this home left, then runs
   * the pods of the store.
   *
   * @param home for one server at a time
   */
  static ProcessKubelet start(ObjectStore store, Path home, Sandbox sandbox) throws IOException {
    Path folder = home.toRealPath();
    Path idFile = folder.resolve("id");
    if (!Files.exists(idFile)) {
      Files.writeString(idFile, UUID.randomUUID().toString());
    }
    String id = Files.readString(idFile, StandardCharsets.US_ASCII).trim();
    int swept = ProcessTree.kill(id + "/");
    Trash trash = new Trash(folder.resolve("trash"));
    trash.add(folder.resolve("pods"));
    trash.add(folder.resolve("volumes"));
    LOG.info(
        "local cluster: pods run as processes home={} namespaces={} swept={}",
        folder,
        sandbox.isolated(),
        swept);
    Pump life = new Pump("local-kubelet");
    Pump streams = new Pump("local-streams");
    return new ProcessKubelet(new KubeletContext(store, folder, id, sandbox, life, streams), trash);
  }

  private void claim(ObjectStore.Event event) {
    if (event.change() == ObjectStore.Change.DELETED) {
      unclaimed.add(volumes.resolve(Json.uid(event.object())));
      removeUnclaimed();
    }
  }

  private void removeUnclaimed() {
    for (Path folder : List.copyOf(unclaimed)) {
      if (pods.values().stream().noneMatch(run -> run.uses(folder))) {
        unclaimed.remove(folder);
        trash.add(folder);
      }
    }
  }

  private void gone(PodRun run) {
    pods.remove(run.uid, run);
    trash.add(run.folder);
    removeUnclaimed();
  }

  private void pod(ObjectStore.Event event) {
    JsonNode pod = event.object();
    String uid = Json.uid(pod);
    PodRun run = pods.get(uid);
    if (event.change() == ObjectStore.Change.DELETED) {
      Optional.ofNullable(run).ifPresent(PodRun::onDeleted);
      return;
    }
    if (run == null) {
      run = new PodRun(node, pod, this::gone);
      pods.put(uid, run);
      if (!Json.terminating(pod)) {
        run.begin();
      }
    }
    if (Json.terminating(pod)) {
      run.stop(pod);
    } else if (event.change() == ObjectStore.Change.MODIFIED) {
      run.deadlineOf(pod);
    }
  }

  /**
   * The container with this name; without a name the only container.
   *
   * @throws ApiError 400 if the pod has no such container, or several and no name is given
   */
  ContainerRun container(JsonNode pod, Optional<String> asked) {
    String name = Json.name(pod);
    PodRun run = pods.get(Json.uid(pod));
    if (run == null || Json.text(pod, "/spec/nodeName").isEmpty()) {
      throw ApiError.bad("pod %s does not have a host assigned".formatted(name));
    }
    List<String> names = run.containers.stream().map(c -> c.name).toList();
    if (asked.isEmpty() && names.size() > 1) {
      throw ApiError.bad(
          "a container name must be specified for pod %s, choose one of: [%s]"
              .formatted(name, String.join(" ", names)));
    }
    String wanted = asked.orElse(names.get(0));
    return run.containers.stream()
        .filter(c -> c.name.equals(wanted))
        .findFirst()
        .orElseThrow(
            () -> ApiError.bad("container %s is not valid for pod %s".formatted(wanted, name)));
  }

  KubeletContext node() {
    return node;
  }

  /** Kills the processes of all pods; the objects stay in the store. */
  @Override
  public void close() {
    unfollow.forEach(Runnable::run);
    node.life().close();
    ProcessTree.kill(node.id() + "/");
    node.streams().close();
    trash.add(node.home().resolve("pods"));
    trash.close();
  }
}
