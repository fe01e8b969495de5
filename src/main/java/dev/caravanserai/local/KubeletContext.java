package dev.caravanserai.local;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a pod's run needs of its node.
 *
 * @param id the marker of this home's processes
 * @param thread the kubelet's one thread
 * @param streams for what blocks
 */
record KubeletContext(
    ObjectStore store,
    Path home,
    String id,
    Sandbox sandbox,
    ScheduledExecutorService thread,
    ExecutorService streams) {
  private static final Logger LOG = LoggerFactory.getLogger(KubeletContext.class);

  /** On the kubelet's thread; not at all once it is closed. */
  void run(Runnable task) {
    later(Duration.ZERO, task);
  }

  void later(Duration wait, Runnable task) {
    try {
      thread.schedule(() -> guarded(task), wait.toMillis(), TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException closed) {
      LOG.debug("the local kubelet is closed");
    }
  }

  private static void guarded(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException e) {
      LOG.warn("the local kubelet could not go on with a pod", e);
    }
  }
}
