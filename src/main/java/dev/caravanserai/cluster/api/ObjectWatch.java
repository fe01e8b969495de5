package dev.caravanserai.cluster.api;

import dev.caravanserai.cluster.SessionCache;
import dev.caravanserai.cluster.WatchStatus;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KubernetesResourceList;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import io.fabric8.kubernetes.client.dsl.FilterWatchListDeletable;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Lists and then watches the objects of one kind in a namespace, for as long as it is open. The
 * client's informers ask for watches of ten minutes, so a connection that is lost silently is
 * noticed only after that. These watches are short and continue from the last version: one that
 * does not end in time is replaced. Thread-safe.
 */
final class ObjectWatch<T extends HasMetadata> implements AutoCloseable {
  private static final long PAGE = 500;

  private final String namespace;
  private final Class<T> type;
  private final FilterWatchListDeletable<T, ? extends KubernetesResourceList<T>, ?> operation;
  private final Duration length;
  private final SessionCache cache;
  private final Executor executor;
  private final ScheduledExecutorService timer;
  private final CompletableFuture<Void> synced = new CompletableFuture<>();
  private final WatchHistory history;

  private String version = "";
  private Optional<Run> run = Optional.empty();
  private boolean closed;

  /**
   * @param operation of a client that does not renew a watch by itself
   * @param length of one watch, in whole seconds; it has half of that to open, and is silent after
   *     that and a half
   * @param executor runs what blocks
   */
  ObjectWatch(
      String namespace,
      Class<T> type,
      FilterWatchListDeletable<T, ? extends KubernetesResourceList<T>, ?> operation,
      Duration length,
      SessionCache cache,
      Executor executor,
      ScheduledExecutorService timer) {
    this.namespace = namespace;
    this.type = type;
    this.operation = operation;
    this.length = length;
    this.cache = cache;
    this.executor = executor;
    this.timer = timer;
    this.history = new WatchHistory(namespace, type.getSimpleName(), length.dividedBy(3));
  }

  WatchStatus status() {
    return history;
  }

  /**
   * @return done when all existing objects are known; fails as the first list does
   */
  CompletableFuture<Void> start() {
    executor.execute(this::open);
    return synced;
  }

  /** Lists if need be, and then watches; blocks for the length of these requests. */
  private void open() {
    Run next = new Run();
    synchronized (this) {
      run = Optional.of(next);
    }
    try {
      if (version().isEmpty()) {
        list();
        synced.complete(null);
      }
      if (next.begin()) {
        next.opened(
            operation.watch(
                new ListOptionsBuilder()
                    .withResourceVersion(version())
                    .withTimeoutSeconds(length.toSeconds())
                    .withAllowWatchBookmarks(true)
                    .build(),
                next));
      }
    } catch (RuntimeException e) {
      if (!synced.isDone()) {
        synced.completeExceptionally(e);
      } else if (next.end()) {
        later(history.onInterrupted(e));
      }
    } finally {
      next.leave();
    }
  }

  private void list() {
    Set<String> missing = cache.known(namespace, type);
    String next = null;
    String listed;
    do {
      KubernetesResourceList<T> page =
          operation.list(new ListOptionsBuilder().withLimit(PAGE).withContinue(next).build());
      for (T object : page.getItems()) {
        missing.remove(object.getMetadata().getUid());
        cache.onUpdate(object);
      }
      listed = Objects.requireNonNull(page.getMetadata().getResourceVersion(), "no list");
      next = page.getMetadata().getContinue();
    } while (next != null && !next.isEmpty());
    cache.onUnlisted(missing);
    setVersion(listed); // only now, so that a list that fails half-way is repeated
  }

  private synchronized void later(Duration pause) {
    run = Optional.empty();
    if (!closed) {
      timer.schedule(() -> executor.execute(this::open), pause.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  private synchronized String version() {
    return version;
  }

  private synchronized void setVersion(String version) {
    this.version = version;
  }

  @Override
  public void close() {
    Optional<Run> last;
    synchronized (this) {
      closed = true;
      last = run;
      run = Optional.empty();
    }
    history.onEnded();
    last.ifPresent(Run::end);
  }

  /** One watch, until it ends. */
  private final class Run implements Watcher<T> {
    private final long begun = System.nanoTime();
    private final Thread opener = Thread.currentThread();
    private Optional<Watch> watch = Optional.empty();
    private Future<?> silence = CompletableFuture.completedFuture(null);
    private boolean opening;
    private boolean over;

    /** The watch counts as silent if it has not reached its next step within this time. */
    void expectWithin(Duration time) {
      synchronized (ObjectWatch.this) {
        silence.cancel(false);
        if (!closed) { // the timer ends with the cluster
          silence = timer.schedule(() -> silent(time), time.toMillis(), TimeUnit.MILLISECONDS);
        }
      }
    }

    /**
     * The client opens the watch now.
     *
     * @return false if it is no longer needed
     */
    boolean begin() {
      synchronized (ObjectWatch.this) {
        opening = !closed && !over;
        if (opening) {
          expectWithin(length.dividedBy(2));
        }
        return opening;
      }
    }

    /** From now on the opening thread does other work and must not be interrupted. */
    void leave() {
      synchronized (ObjectWatch.this) {
        opening = false;
      }
      Thread.interrupted();
    }

    void opened(Watch now) {
      boolean unwanted;
      synchronized (ObjectWatch.this) {
        unwanted = over;
        watch = Optional.of(now);
        if (!unwanted) {
          history.onOpened();
          expectWithin(length.multipliedBy(3).dividedBy(2));
        }
      }
      if (unwanted) {
        now.close();
      }
    }

    private void silent(Duration time) {
      if (end()) {
        later(
            history.onInterrupted(
                new IllegalStateException("no answer for " + time.toMillis() + " ms")));
      }
    }

    /**
     * Closes it.
     *
     * @return whether it was not over yet
     */
    boolean end() {
      Optional<Watch> open;
      synchronized (ObjectWatch.this) {
        if (over) {
          return false;
        }
        over = true;
        silence.cancel(false);
        open = watch;
        if (opening && opener != Thread.currentThread()) {
          opener.interrupt(); // the client waits without a limit for a watch to open
        }
      }
      open.ifPresent(Watch::close);
      return true;
    }

    private boolean isOver() {
      synchronized (ObjectWatch.this) {
        return over;
      }
    }

    @Override
    public void eventReceived(Action action, T object) {
      if (isOver()) {
        return;
      }
      history.onContact();
      if (action == Action.DELETED) {
        cache.onUnselected(object);
      } else if (action != Action.BOOKMARK) {
        cache.onUpdate(object);
      }
      setVersion(object.getMetadata().getResourceVersion());
    }

    @Override
    public void onClose() {
      onClose(new WatcherException("closed"));
    }

    @Override
    public void onClose(WatcherException cause) {
      if (!end()) {
        return;
      }
      if (cause.isHttpGone()) {
        setVersion("");
      }
      if (System.nanoTime() - begun <= length.toNanos() / 15 * 14) {
        later(history.onInterrupted(cause));
        return;
      }
      history.onContact();
      history.onEnded();
      later(Duration.ZERO);
    }
  }
}
