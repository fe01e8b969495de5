package dev.caravanserai.local;

import java.net.http.HttpClient;
import java.nio.file.Path;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;

/**
 * What a pod's run needs of its node.
 *
 * @param id the marker of this home's processes
 * @param thread the kubelet's one thread
 */
record KubeletContext(
    ObjectStore store,
    Path home,
    String id,
    Sandbox sandbox,
    ScheduledExecutorService thread,
    HttpClient http,
    Consumer<PodRun> onGone) {

  void forget(PodRun run) {
    onGone.accept(run);
  }
}
