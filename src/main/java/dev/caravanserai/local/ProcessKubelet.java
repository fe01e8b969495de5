package dev.caravanserai.local;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The node {@code local}: runs pods as processes of this machine, with the host's own programs
 * whatever the image says. Resources are not enforced and {@code runAsUser}, {@code fsGroup} and
 * the like are not honoured: processes run as the server's user. What a container writes outside
 * its volumes is its own and goes with it. Safe for use by several threads.
 */
final class ProcessKubelet implements PodRuntime, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ProcessKubelet.class);

  private final Map<String, PodRun> pods = new ConcurrentHashMap<>();
  private final KubeletContext node;
  private final Thread atExit = new Thread(this::end, "local-exit");
  private AutoCloseable podWatch = () -> {};
  private AutoCloseable claimWatch = () -> {};

  private ProcessKubelet(ObjectStore store, Path home, String id, Sandbox sandbox) {
    node =
        new KubeletContext(
            store,
            home,
            id,
            sandbox,
            Executors.newSingleThreadScheduledExecutor(task -> daemon(task, "local-kubelet")),
            Executors.newCachedThreadPool(task -> daemon(task, "local-container")));
  }

  private static Thread daemon(Runnable task, String name) {
    Thread thread = new Thread(null, task, name, 256 << 10);
    thread.setDaemon(true);
    return thread;
  }

  /**
   * Ends what an earlier server of this home left behind, then runs the store's pods.
   *
   * @param home kept between starts; one server at a time
   */
  static ProcessKubelet start(ObjectStore store, Path home) throws IOException {
    return start(store, home, Sandbox.ofThisMachine(home.toRealPath()));
  }

  static ProcessKubelet start(ObjectStore store, Path home, Sandbox sandbox) throws IOException {
    Path folder = home.toRealPath();
    Path idFile = folder.resolve("id");
    if (!Files.exists(idFile)) {
      Files.writeString(idFile, UUID.randomUUID().toString());
    }
    String id = Files.readString(idFile, StandardCharsets.US_ASCII).trim();
    int swept = ProcessTree.kill(id + "/");
    FolderTree.remove(folder.resolve("pods"));
    FolderTree.remove(folder.resolve("logs"));
    ProcessKubelet kubelet = new ProcessKubelet(store, folder, id, sandbox);
    LOG.info(
        "local cluster: pods run as processes home={} namespaces={} swept={}",
        folder,
        sandbox.separate(),
        swept);
    kubelet.watch();
    return kubelet;
  }

  private void watch() {
    Runtime.getRuntime().addShutdownHook(atExit);
    claimWatch = node.store().onChange(Kind.PVC, c -> node.run(() -> claim(c)));
    podWatch = node.store().onChange(Kind.POD, c -> node.run(() -> pod(c)));
  }

  private void claim(ObjectStore.Change change) {
    if (change.type() == ObjectStore.Change.Type.DELETED) {
      String uid = change.object().at("/metadata/uid").asText();
      FolderTree.remove(node.home().resolve("volumes").resolve(uid));
    }
  }

  private void pod(ObjectStore.Change change) {
    ObjectNode pod = change.object();
    String uid = pod.at("/metadata/uid").asText();
    PodRun run = pods.get(uid);
    if (change.type() == ObjectStore.Change.Type.DELETED) {
      if (run != null) {
        run.vanished();
      }
      return;
    }
    if (run == null) {
      run = new PodRun(node, pod, gone -> pods.remove(gone.uid, gone));
      pods.put(uid, run);
      if (!pod.at("/metadata").hasNonNull("deletionTimestamp")) {
        run.begin();
      }
    }
    if (pod.at("/metadata").hasNonNull("deletionTimestamp")) {
      run.stop(pod);
    }
  }

  private ContainerRun container(String namespace, String pod, String container) {
    PodRun run =
        pods.values().stream()
            .filter(p -> p.namespace.equals(namespace) && p.name.equals(pod))
            .findFirst()
            .orElseThrow(() -> new ApiError(404, "NotFound", "pods \"" + pod + "\" not found"));
    return run.all()
        .filter(c -> c.name.equals(container))
        .findFirst()
        .orElseThrow(
            () ->
                new ApiError(
                    400,
                    "BadRequest",
                    "container %s is not valid for pod %s".formatted(container, pod)));
  }

  @Override
  public PodProcess exec(
      String namespace, String pod, String name, List<String> argv, boolean stdin, boolean tty) {
    ContainerRun run = container(namespace, pod, name);
    if (run.pid == 0) {
      throw new ApiError(
          400, "BadRequest", "container %s of pod %s is not running".formatted(run.name, pod));
    }
    return ExecProcess.start(node, run, argv, stdin, tty);
  }

  @Override
  public AutoCloseable logs(
      String namespace, String pod, String name, LogQuery query, LogSink sink) {
    ContainerRun run = container(namespace, pod, name);
    Optional<PodLog> log = query.previous() ? run.previousLog : run.log;
    return log.orElseThrow(
            () ->
                new ApiError(
                    400,
                    "BadRequest",
                    query.previous()
                        ? "previous terminated container \"%s\" in pod \"%s\" not found"
                            .formatted(run.name, pod)
                        : "container \"%s\" in pod \"%s\" is waiting to start: %s"
                            .formatted(
                                run.name,
                                pod,
                                run.state.at("/waiting/reason").asText("ContainerCreating"))))
        .read(query, sink);
  }

  /** Ends every pod's processes; the objects stay in the store. */
  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException exiting) {
      LOG.debug("the JVM is ending already");
    }
    end();
  }

  private void end() {
    try {
      podWatch.close();
      claimWatch.close();
    } catch (Exception e) {
      LOG.warn("a watch did not close", e);
    }
    node.thread().shutdownNow();
    ProcessTree.kill(node.id() + "/");
    node.streams().shutdown();
    FolderTree.remove(node.home().resolve("pods"));
    FolderTree.remove(node.home().resolve("logs"));
  }
}
