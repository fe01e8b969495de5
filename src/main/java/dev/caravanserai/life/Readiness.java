package dev.caravanserai.life;

import dev.caravanserai.cluster.Cluster;
import dev.caravanserai.cluster.ObjectRef;
import dev.caravanserai.cluster.PodStatusReader;
import dev.caravanserai.cluster.SessionListener;
import dev.caravanserai.cluster.SessionUpdate;
import dev.caravanserai.session.Failure;
import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.FailureException;
import dev.caravanserai.session.Session;
import dev.caravanserai.session.SessionKey;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waits, by watch and without a thread, until sessions are ready, or have failed, or are gone. */
public final class Readiness {
  private static final int QUEUE = 10_000;

  /** One who waits for one session. */
  private final class Waiter {
    final CompletableFuture<Session> ready = new CompletableFuture<>();
    boolean seen;
    boolean unschedulable;
  }

  private final Cluster cluster;
  private final Executor later;
  private final Map<SessionKey, List<Waiter>> waiters = new ConcurrentHashMap<>();

  /**
   * @param unschedulableAfter how long no node may take a pod until the waiting for it fails
   */
  public Readiness(Cluster cluster, Duration unschedulableAfter) {
    this.cluster = cluster;
    this.later =
        CompletableFuture.delayedExecutor(unschedulableAfter.toMillis(), TimeUnit.MILLISECONDS);
    cluster
        .sessions()
        .subscribe(
            "readiness",
            QUEUE,
            new SessionListener() {
              @Override
              public void onUpdate(SessionUpdate update) {
                look(update.session());
              }

              @Override
              public void onDropped(long dropped) {
                waiters
                    .keySet()
                    .forEach(key -> cluster.sessions().find(key).ifPresent(s -> look(s)));
              }
            });
  }

  /**
   * @return the session once it is RUNNING or COMPLETED; fails with what keeps it from that, or
   *     with START_TIMEOUT, with the last warning events of its pod
   */
  public CompletionStage<Session> await(SessionKey key, Duration atMost) {
    Waiter waiter = new Waiter();
    waiters.computeIfAbsent(key, k -> new CopyOnWriteArrayList<>()).add(waiter);
    cluster.sessions().find(key).ifPresent(session -> look(waiter, session));
    return waiter
        .ready
        .orTimeout(atMost.toMillis(), TimeUnit.MILLISECONDS)
        .whenComplete((session, thrown) -> leave(key, waiter))
        .exceptionallyCompose(thrown -> explain(key, atMost, thrown));
  }

  /** Ends all waiting for a session. */
  public void giveUp(SessionKey key, Failure why) {
    waiters
        .getOrDefault(key, List.of())
        .forEach(waiter -> waiter.ready.completeExceptionally(new FailureException(why)));
  }

  private void leave(SessionKey key, Waiter waiter) {
    waiters.computeIfPresent(
        key,
        (k, all) -> {
          all.remove(waiter);
          return all.isEmpty() ? null : all;
        });
  }

  private void look(Session session) {
    waiters.getOrDefault(session.key(), List.of()).forEach(waiter -> look(waiter, session));
  }

  private void look(Waiter waiter, Session session) {
    switch (session.state()) {
      case RUNNING, COMPLETED -> waiter.ready.complete(session);
      case FAILED ->
          waiter.ready.completeExceptionally(new FailureException(session.failure().orElseThrow()));
      case STOPPING, STOPPED -> stopped(waiter, session);
      default -> {
        waiter.seen = true;
        unschedulable(waiter, session);
      }
    }
  }

  /** What was stopping before we began to wait is another life of the same id. */
  private static void stopped(Waiter waiter, Session session) {
    if (waiter.seen) {
      waiter.ready.completeExceptionally(
          FailureException.of(
              FailureCode.CONFLICT,
              "Session %s was stopped while it was starting.".formatted(session.id())));
    }
  }

  private void unschedulable(Waiter waiter, Session session) {
    if (waiter.unschedulable || unschedulable(session).isEmpty()) {
      return;
    }
    waiter.unschedulable = true;
    later.execute(
        () -> {
          waiter.unschedulable = false;
          unschedulable(session)
              .ifPresent(still -> waiter.ready.completeExceptionally(new FailureException(still)));
        });
  }

  private Optional<Failure> unschedulable(Session session) {
    return cluster.sessions().pod(session.key()).flatMap(PodStatusReader::unschedulable);
  }

  private CompletionStage<Session> explain(SessionKey key, Duration atMost, Throwable thrown) {
    Throwable cause = thrown instanceof CompletionException ? thrown.getCause() : thrown;
    Failure failure =
        cause instanceof FailureException told
            ? told.failure()
            : cause instanceof TimeoutException
                ? tooLate(key, atMost)
                : Failure.of(FailureCode.CONFIG_ERROR, "Waiting failed: " + cause);
    return withEvents(key, failure)
        .thenCompose(told -> CompletableFuture.failedFuture(told.asException()));
  }

  private Failure tooLate(SessionKey key, Duration atMost) {
    String phase =
        cluster
            .sessions()
            .pod(key)
            .map(p -> "its pod is " + PodStatusReader.phase(p))
            .orElse("it has no pod");
    return cluster
        .sessions()
        .pod(key)
        .flatMap(PodStatusReader::unschedulable)
        .orElseGet(
            () ->
                Failure.of(
                    FailureCode.START_TIMEOUT,
                    "Session %s was not ready after %d s: %s. Look at the events, or allow more time."
                        .formatted(key.id(), atMost.toSeconds(), phase)));
  }

  private CompletionStage<Failure> withEvents(SessionKey key, Failure failure) {
    return cluster
        .sessions()
        .pod(key)
        .map(
            pod ->
                cluster
                    .objects()
                    .warnings(ObjectRef.to(pod))
                    .<Failure>thenApply(failure::withEvents)
                    .exceptionally(unreadable -> failure))
        .orElseGet(() -> CompletableFuture.completedFuture(failure));
  }
}
