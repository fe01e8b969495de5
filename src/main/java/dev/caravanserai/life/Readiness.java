package dev.caravanserai.life;

import dev.caravanserai.cluster.Cluster;
import dev.caravanserai.cluster.ObjectRef;
import dev.caravanserai.cluster.PodFailures;
import dev.caravanserai.cluster.PodStatusReader;
import dev.caravanserai.cluster.SessionIndex;
import dev.caravanserai.cluster.SessionListener;
import dev.caravanserai.cluster.SessionSnapshot;
import dev.caravanserai.cluster.SessionUpdate;
import dev.caravanserai.cluster.Subscription;
import dev.caravanserai.cluster.Times;
import dev.caravanserai.session.Causes;
import dev.caravanserai.session.Failure;
import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.Session;
import dev.caravanserai.session.SessionKey;
import dev.caravanserai.session.State;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Waits, by watch and without a thread, until started sessions are ready, have failed or are gone.
 * A waiter reads the session again on every update of its anchor or pod, also on one that leaves
 * the session's value equal. Thread-safe.
 */
public final class Readiness implements SessionListener, AutoCloseable {
  private static final int CAPACITY = 10_000;

  private final Cluster cluster;
  private final SessionIndex sessions;
  private final FailureDetails details;
  private final Duration unschedulableAfter;
  private final ScheduledExecutorService timer;
  private final Subscription subscription;
  private final Map<SessionKey, List<Waiter>> waiters = new ConcurrentHashMap<>();

  /**
   * @param unschedulableAfter how long a pod may be unschedulable before the wait for it fails
   * @param timer shut down by the caller
   */
  public Readiness(Cluster cluster, Duration unschedulableAfter, ScheduledExecutorService timer) {
    this.cluster = cluster;
    this.sessions = cluster.sessions();
    this.details = new FailureDetails(cluster);
    this.unschedulableAfter = unschedulableAfter;
    this.timer = timer;
    this.subscription = sessions.subscribe("readiness", CAPACITY, this);
  }

  /**
   * @param abandoned completes, with the reason, if the caller has left
   * @return the session once it is RUNNING or COMPLETED; of a repeated request also in a later
   *     state, if it was ready once. Fails with what keeps it from that, or with START_TIMEOUT; the
   *     failure has the last warning events of the pod, the exception the last lines of its log
   */
  public CompletionStage<Session> await(Start start, CompletionStage<Failure> abandoned) {
    Waiter waiter = new Waiter(start);
    waiters.compute(
        start.key(),
        (key, all) -> {
          List<Waiter> registered = all == null ? new CopyOnWriteArrayList<>() : all;
          registered.add(waiter); // atomic with the removal of an empty list
          return registered;
        });
    waiter.ready.whenComplete((session, thrown) -> waiter.end());
    waiter.check();
    abandoned.thenAccept(waiter::fail);
    return waiter.ready.exceptionallyCompose(
        thrown ->
            details
                .of(start, failure(thrown))
                .thenCompose(
                    why ->
                        waiter
                            .usable()
                            .filter(session -> !abandoned.toCompletableFuture().isDone())
                            .map(CompletableFuture::completedFuture)
                            .orElseGet(() -> CompletableFuture.failedFuture(why))));
  }

  private static Failure failure(Throwable thrown) {
    return Causes.failure(thrown)
        .orElseGet(() -> Failure.of(FailureCode.CONFIG_ERROR, "Waiting failed: " + thrown));
  }

  @Override
  public void onUpdate(SessionUpdate update) {
    waiters.getOrDefault(update.session().key(), List.of()).forEach(Waiter::check);
  }

  @Override
  public void onDropped(long dropped) {
    waiters.values().forEach(all -> all.forEach(Waiter::check));
  }

  @Override
  public void close() {
    subscription.close();
  }

  private void remove(Waiter waiter) {
    waiters.computeIfPresent(
        waiter.start.key(),
        (key, all) -> {
          all.remove(waiter);
          return all.isEmpty() ? null : all;
        });
  }

  /** One request that waits for one life of a session. */
  private final class Waiter {
    final Start start;
    final CompletableFuture<Session> ready = new CompletableFuture<>();
    private final Future<?> deadline;
    private Optional<Future<?>> unschedulable = Optional.empty();
    private volatile Optional<Failure> lastUnschedulable = Optional.empty();
    private volatile Instant startBy;
    private volatile Instant expiresAt;
    private volatile Instant createdAt = Instant.MAX;

    Waiter(Start start) {
      this.start = start;
      this.expiresAt = start.expiresAt();
      this.startBy = Times.startBy(start.plan().anchor()).orElseThrow();
      known().ifPresent(this::times);
      long atMost = Math.max(0, Duration.between(Instant.now(), startBy).toMillis() + 1);
      this.deadline = timer.schedule(this::timeOver, atMost, TimeUnit.MILLISECONDS);
    }

    synchronized void end() {
      remove(this);
      deadline.cancel(false);
      unschedulable.ifPresent(running -> running.cancel(false));
    }

    void fail(Failure failure) {
      ready.completeExceptionally(failure.asException());
    }

    /** Reads the session as it is now. */
    void check() {
      Optional<SessionSnapshot> known = known();
      known.ifPresent(this::times);
      if (known.isEmpty()) {
        fail(stopped());
      } else if (start.joined() && Lives.started(known.get().anchor().get())) {
        ready.complete(known.get().session());
      } else if (start.settled() || known.get().pod().filter(pod -> !ours(pod)).isEmpty()) {
        check(known.get().session());
      }
    }

    /** The session, if it got ready while its failure was being explained. */
    Optional<Session> usable() {
      return known()
          .filter(now -> start.settled() || now.pod().filter(pod -> !ours(pod)).isEmpty())
          .map(SessionSnapshot::session)
          .filter(session -> List.of(State.RUNNING, State.COMPLETED).contains(session.state()));
    }

    private Optional<SessionSnapshot> known() {
      return sessions.snapshot(start.key()).filter(s -> s.anchor().filter(this::ours).isPresent());
    }

    /** From the anchor: a joined start has the times of the request that created it. */
    private void times(SessionSnapshot known) {
      startBy = known.anchor().flatMap(Times::startBy).orElse(startBy);
      expiresAt = known.session().expiresAt();
      createdAt = known.session().createdAt();
    }

    private boolean ours(ConfigMap anchor) {
      return anchor.getMetadata().getUid().equals(start.life());
    }

    private boolean ours(Pod pod) {
      return Optional.of(ObjectRef.to(pod)).equals(start.pod());
    }

    private void check(Session session) {
      switch (session.state()) {
        case RUNNING, COMPLETED -> ready.complete(session);
        case FAILED -> fail(session.failure().orElseThrow());
        case STOPPING, STOPPED -> fail(stopped());
        default -> checkScheduling();
      }
    }

    private Optional<Failure> unschedulable() {
      return sessions.pod(start.key()).filter(this::ours).flatMap(PodFailures::unschedulable);
    }

    private synchronized void checkScheduling() {
      lastUnschedulable = unschedulable();
      boolean now = lastUnschedulable.isPresent();
      if (now && unschedulable.isEmpty() && !ready.isDone()) {
        unschedulable =
            Optional.of(
                timer.schedule(
                    () -> unschedulable().ifPresent(this::fail),
                    unschedulableAfter.toMillis(),
                    TimeUnit.MILLISECONDS));
      } else if (!now) {
        unschedulable.ifPresent(running -> running.cancel(false));
        unschedulable = Optional.empty();
      }
    }

    /**
     * Why the anchor is gone. The request that created it undoes the start when it gives up, for an
     * unschedulable pod after {@code unschedulableAfter} at the earliest.
     */
    private Failure stopped() {
      Instant now = Instant.now();
      if (!now.isBefore(expiresAt)) {
        return expired();
      }
      return now.isBefore(startBy)
          ? lastUnschedulable
              .filter(why -> start.joined())
              .filter(why -> Duration.between(createdAt, now).compareTo(unschedulableAfter) >= 0)
              .orElseGet(() -> start.stopped().failure())
          : tooLate();
    }

    private void timeOver() {
      fail(startBy.isBefore(expiresAt) ? tooLate() : expired());
    }

    private Failure expired() {
      return Failure.of(
          FailureCode.DEADLINE,
          "Session %s expired at %s, before it was ready. Start it with a longer time-out."
              .formatted(start.key().id(), expiresAt),
          "SessionExpired");
    }

    private Failure tooLate() {
      Optional<Pod> pod = sessions.pod(start.key()).filter(this::ours);
      return pod.flatMap(PodFailures::unschedulable)
          .or(() -> lastUnschedulable)
          .orElseGet(
              () ->
                  Failure.of(
                      FailureCode.START_TIMEOUT,
                      "Session %s was not ready after %d s: %s. Look at the events, or allow more time (startTimeoutSeconds of the profile, else caravanserai.session.start-timeout)."
                          .formatted(
                              start.key().id(),
                              start.plan().startTimeout().toSeconds(),
                              pod.map(p -> "its pod is " + PodStatusReader.phase(p))
                                  .orElse("it has no pod"))));
    }
  }
}
