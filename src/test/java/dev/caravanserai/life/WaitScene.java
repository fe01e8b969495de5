package dev.caravanserai.life;

import dev.caravanserai.cluster.ContainerRef;
import dev.caravanserai.cluster.ExecChannel;
import dev.caravanserai.cluster.ExecEnd;
import dev.caravanserai.cluster.ExecListener;
import dev.caravanserai.cluster.ExecStart;
import dev.caravanserai.cluster.PodLoss;
import dev.caravanserai.cluster.SessionCache;
import dev.caravanserai.exec.ExecHandle;
import dev.caravanserai.exec.ExecLimits;
import dev.caravanserai.exec.Execs;
import dev.caravanserai.session.Causes;
import dev.caravanserai.session.ExecResult;
import dev.caravanserai.session.ExecSpec;
import dev.caravanserai.session.Failure;
import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.Session;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodStatus;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Delayed;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** One session in memory, what can happen to it, and each way to wait for something of it. */
final class WaitScene implements AutoCloseable {
  private final MemoryCluster cluster = new MemoryCluster();
  private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1);
  private final Anchors anchors = new Anchors(cluster, new UnconfirmedCreates(cluster));
  private final SessionObjects objects = new SessionObjects(cluster);
  private final CompletableFuture<Failure> left = new CompletableFuture<>();
  private final List<String> states = new CopyOnWriteArrayList<>();
  private final Start start = create();
  private final ConfigMap anchor = cluster.now(start.plan().anchor()).orElseThrow();
  private final Pod pod = cluster.now(start.plan().pod()).orElseThrow();
  private Optional<ExecListener> command = Optional.empty();
  private Optional<Runnable> dropped = Optional.empty();

  WaitScene() {
    timer.setRemoveOnCancelPolicy(true);
    new PodLoss(cluster, (SessionCache) cluster.sessions(), cluster::watch, timer);
  }

  private Start create() {
    return anchors
        .createOrJoin(Plans.of(Map.of("id", "one")))
        .thenCompose(objects::create)
        .toCompletableFuture()
        .join();
  }

  /** The start waits until the session is ready. */
  CompletableFuture<String> start() {
    Readiness readiness = new Readiness(cluster, Duration.ofMillis(10), timer);
    dropped = Optional.of(() -> readiness.onDropped(1));
    return result(readiness.await(start, left).thenApply(Session::state));
  }

  /** A stop waits until nothing is left. */
  CompletableFuture<String> stop(Duration atMost) {
    DeletionWait waits = new DeletionWait(cluster, objects, atMost, timer);
    dropped = Optional.of(() -> waits.onDropped(1));
    return result(
        waits.await(start.key(), Optional.of(anchor), start.pod(), left).thenApply(d -> "done"));
  }

  /** A command runs. */
  CompletableFuture<String> exec() {
    Session session = cluster.sessions().find(start.key()).orElseThrow();
    ContainerRef.Run run =
        new ContainerRef.Run(start.key(), session.expiresAt(), pod.getMetadata().getUid(), 0);
    Duration minutes = Duration.ofMinutes(5);
    ExecHandle exec =
        new Execs(
                this::open,
                timer,
                Runnable::run,
                new PodGone(cluster.sessions(), cluster::get),
                new ExecLimits(minutes, minutes, 1024, 1 << 20, Duration.ZERO, 1))
            .start(
                new ContainerRef("ns", pod.getMetadata().getName(), "main", Optional.of(run)),
                ExecSpec.command("sleep"));
    left.thenRun(exec::cancel);
    return result(exec.result().thenApply(WaitScene::outcome));
  }

  private static String outcome(ExecResult exec) {
    return exec.outcome().word() + exec.outcome().cause().map(f -> " " + f.code()).orElse("");
  }

  /** The states that a subscriber of the events receives from now on. */
  List<String> events() {
    cluster
        .sessions()
        .subscribe(
            "test",
            100,
            update -> {
              if (update.transition()) {
                states.add(update.session().state().name());
              }
            });
    return states;
  }

  private static CompletableFuture<String> result(CompletionStage<?> wait) {
    return wait.<String>thenApply(String::valueOf)
        .exceptionally(
            thrown ->
                Causes.failure(thrown).map(failure -> "fails " + failure.code()).orElse("ends"))
        .toCompletableFuture();
  }

  private void open(ExecStart process, ExecListener listener) {
    boolean supervisor = command.isEmpty();
    command = command.or(() -> Optional.of(listener));
    listener.onOpen(
        new ExecChannel() {
          @Override
          public CompletionStage<Void> write(byte[] bytes) {
            if (supervisor) {
              String mark = new String(bytes, StandardCharsets.ISO_8859_1).lines().toList().get(0);
              listener.onStdout((mark + " 42\n").getBytes(StandardCharsets.US_ASCII));
              listener.onStderr((mark + "\n").getBytes(StandardCharsets.US_ASCII));
            } else {
              listener.onStdout("left 0\n".getBytes(StandardCharsets.US_ASCII));
              listener.onEnd(new ExecEnd.Exited(0));
            }
            return CompletableFuture.completedFuture(null);
          }

          @Override
          public boolean canCloseStdin() {
            return true;
          }

          @Override
          public void closeStdin() {}

          @Override
          public void close() {
            connectionBreaks();
          }
        });
  }

  WaitScene connectionBreaks() {
    command.ifPresent(
        listener ->
            listener.onEnd(
                new ExecEnd.Lost(Failure.of(FailureCode.CONNECTION_LOST, "It was lost."))));
    return this;
  }

  WaitScene restartPolicy(String policy) {
    pod.getSpec().setRestartPolicy(policy);
    return this;
  }

  WaitScene status(PodStatus status) {
    Pod now = new PodBuilder(pod).withStatus(status).build();
    cluster.put(now);
    cluster.deliver(now);
    return this;
  }

  WaitScene podGone() {
    cluster.deliverEnd(pod);
    return this;
  }

  WaitScene anchorGone() {
    cluster.deliverEnd(anchor);
    return this;
  }

  WaitScene nextLife() {
    create();
    return this;
  }

  WaitScene reportedAgain() {
    cluster.now(anchor).ifPresent(cluster::deliver);
    cluster.now(pod).ifPresent(cluster::deliver);
    return this;
  }

  /** Whatever changes the cluster in here is not delivered, but counted as dropped. */
  WaitScene dropped() {
    dropped.ifPresent(Runnable::run);
    return this;
  }

  WaitScene callerLeaves() {
    left.complete(Failure.of(FailureCode.CONFLICT, "Its caller has left."));
    return this;
  }

  /** All that is planned for this time happens now, and what that plans. */
  WaitScene timePasses(Duration time) {
    for (int i = 0; i < 5; i++) {
      for (Runnable task : List.copyOf(timer.getQueue())) {
        if (((Delayed) task).getDelay(TimeUnit.MILLISECONDS) <= time.toMillis()
            && timer.remove(task)) {
          task.run();
        }
      }
    }
    return this;
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
