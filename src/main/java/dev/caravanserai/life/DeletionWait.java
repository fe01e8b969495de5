package dev.caravanserai.life;

import dev.caravanserai.cluster.Cluster;
import dev.caravanserai.cluster.ObjectRef;
import dev.caravanserai.cluster.SessionListener;
import dev.caravanserai.cluster.SessionUpdate;
import dev.caravanserai.cluster.Subscription;
import dev.caravanserai.session.Failure;
import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.FailureException;
import dev.caravanserai.session.SessionKey;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Waits, without a thread, until the objects of one life of a session are gone. It reads the first
 * object that is left, with growing pauses, and at once on an update of the watch, until its time
 * is over or its caller has left. Thread-safe.
 */
public final class DeletionWait implements SessionListener, AutoCloseable {
  private static final int CAPACITY = 10_000;
  private static final Duration FIRST = Duration.ofMillis(100);
  private static final Duration LONGEST = Duration.ofSeconds(2);

  private final Cluster cluster;
  private final SessionObjects creates;
  private final Duration atMost;
  private final ScheduledExecutorService timer;
  private final Subscription subscription;
  private final Set<Wait> waits = ConcurrentHashMap.newKeySet();

  /**
   * @param atMost how long a wait lasts
   * @param timer the caller's to shut down
   */
  public DeletionWait(
      Cluster cluster, SessionObjects creates, Duration atMost, ScheduledExecutorService timer) {
    this.cluster = cluster;
    this.creates = creates;
    this.atMost = atMost;
    this.timer = timer;
    this.subscription = cluster.sessions().subscribe("deletion", CAPACITY, this);
  }

  /**
   * @param anchor of the life that ends; it lists the objects that it owns. Empty if only the pod
   *     is left
   * @param pod with its uid, if there is one
   * @param abandoned completes if the caller has left
   * @return done when all are gone, also those that a start in this process was creating; fails
   *     when the time is over, with CONFLICT and the object that is left, or with
   *     CLUSTER_UNREACHABLE if that cannot be read
   */
  public CompletionStage<Void> await(
      SessionKey key,
      Optional<ConfigMap> anchor,
      Optional<ObjectRef> pod,
      CompletionStage<?> abandoned) {
    Wait wait =
        new Wait(
            key,
            anchor.map(a -> a.getMetadata().getUid()).orElse(""),
            Stream.of(
                    anchor.map(ObjectRef::to).stream(),
                    pod.stream(),
                    anchor.map(ObjectRef::listedBy).stream().flatMap(List::stream))
                .flatMap(objects -> objects)
                .toList());
    waits.add(wait);
    wait.gone.whenComplete((done, thrown) -> wait.end());
    abandoned.thenRun(() -> wait.gone.cancel(false));
    wait.endWithoutCreates();
    wait.created.thenRun(wait::read);
    return wait.gone;
  }

  @Override
  public void onUpdate(SessionUpdate update) {
    waits.stream().filter(wait -> wait.key.equals(update.session().key())).forEach(Wait::read);
  }

  @Override
  public void onDropped(long dropped) {
    waits.forEach(Wait::read);
  }

  @Override
  public void close() {
    subscription.close();
  }

  private final class Wait {
    private final SessionKey key;
    private final String life;
    private final long deadline = System.nanoTime() + atMost.toNanos();
    private final CompletableFuture<Void> gone = new CompletableFuture<>();
    private final CompletableFuture<Void> created;
    private List<ObjectRef> left;
    private Duration pause = FIRST;
    private boolean reading;
    private boolean again;
    private Future<?> later = CompletableFuture.completedFuture(null);

    Wait(SessionKey key, String life, List<ObjectRef> objects) {
      this.key = key;
      this.life = life;
      this.created = creates.created(life);
      this.left = objects;
    }

    /** Ends it in time if the creates under way do not end before. */
    synchronized void endWithoutCreates() {
      if (!created.isDone()) {
        later =
            timer.schedule(
                () -> gone.completeExceptionally(new FailureException(creating())),
                atMost.toMillis(),
                TimeUnit.MILLISECONDS);
      }
    }

    synchronized void end() {
      waits.remove(this);
      later.cancel(false);
    }

    /** Reads without further pause, also if a read is under way, which may be too old. */
    void read() {
      Optional<ObjectRef> next;
      synchronized (this) {
        again = reading;
        if (reading || gone.isDone() || !created.isDone()) {
          return;
        }
        later.cancel(false);
        next = left.stream().findFirst();
        reading = next.isPresent();
      }
      next.ifPresentOrElse(
          object -> cluster.objects().get(key.tenant(), object).whenComplete(this::onRead),
          () -> gone.complete(null));
    }

    /** Calls the cluster and completes futures without holding the lock. */
    private void onRead(Optional<HasMetadata> found, Throwable unreadable) {
      Runnable then = () -> {};
      synchronized (this) {
        reading = false;
        if (unreadable == null && found.filter(this::ofThisLife).isEmpty()) {
          left = left.subList(1, left.size());
          pause = FIRST;
          then = this::read;
        } else if (System.nanoTime() >= deadline) {
          then =
              () ->
                  gone.completeExceptionally(
                      unreadable != null ? unreadable : new FailureException(late(found.get())));
        } else if (again) {
          then = this::read;
        } else if (!gone.isDone()) {
          later = timer.schedule(this::read, pause.toMillis(), TimeUnit.MILLISECONDS);
          pause = pause.compareTo(LONGEST) < 0 ? pause.multipliedBy(2) : LONGEST;
        }
      }
      then.run();
    }

    private boolean ofThisLife(HasMetadata object) {
      return left.get(0).uid().isPresent() || Lives.owns(life, object);
    }

    private Failure creating() {
      return late(
          "the API server has not answered yet whether it created its objects",
          "what it creates is collected by Kubernetes");
    }

    private Failure late(HasMetadata object) {
      List<String> finalizers = object.getMetadata().getFinalizers();
      String why =
          !finalizers.isEmpty()
              ? "it has the finalizer %s, which its owner must remove"
                  .formatted(String.join(", ", finalizers))
              : object instanceof Pod
                  ? "its node has not stopped it yet, or does not answer; it goes then, or with the node"
                  : "Kubernetes has not collected it yet";
      return late(ObjectRef.to(object) + " still exists", why);
    }

    private Failure late(String what, String why) {
      return Failure.of(
          FailureCode.CONFLICT,
          "Session %s was asked to end, but after %d s (caravanserai.session.stop-timeout) %s: %s."
              .formatted(key.id(), atMost.toSeconds(), what, why));
    }
  }
}
