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
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lists and then watches the objects of one kind in a namespace, for as long as it is open. The
 * client's informers ask for watches of ten minutes, so one over a connection that has died without
 * a word is noticed only then. These watches end after {@value #WATCH_SECONDS} s and go on from the
 * last version: one that does not end in time is silent, and is replaced. Thread-safe.
 */
final class ObjectWatch<T extends HasMetadata> implements WatchStatus, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ObjectWatch.class);
  private static final int WATCH_SECONDS = 30;
  private static final int SILENT_SECONDS = 45;
  private static final long PAGE = 500;
  private static final long LONGEST_PAUSE_MS = 10_000;

  private final String namespace;
  private final Class<T> type;
  private final FilterWatchListDeletable<T, ? extends KubernetesResourceList<T>, ?> operation;
  private final UnaryOperator<T> strip;
  private final SessionCache cache;
  private final Executor executor;
  private final ScheduledExecutorService timer;
  private final CompletableFuture<Void> synced = new CompletableFuture<>();

  private String version = "";
  private Optional<Run> run = Optional.empty();
  private long pauseMs;
  private long interruptions;
  private Instant since = Instant.now();
  private Instant lastContact = Instant.now();
  private boolean closed;

  /**
   * @param operation of a client that does not renew a watch by itself
   * @param strip drops what is not used, so that ten thousand sessions fit in memory
   * @param executor runs what blocks
   */
  ObjectWatch(
      String namespace,
      Class<T> type,
      FilterWatchListDeletable<T, ? extends KubernetesResourceList<T>, ?> operation,
      UnaryOperator<T> strip,
      SessionCache cache,
      Executor executor,
      ScheduledExecutorService timer) {
    this.namespace = namespace;
    this.type = type;
    this.operation = operation;
    this.strip = strip;
    this.cache = cache;
    this.executor = executor;
    this.timer = timer;
  }

  /**
   * @return done when all that is there is known; fails as the first list does
   */
  CompletableFuture<Void> start() {
    executor.execute(this::open);
    return synced;
  }

  /** Lists if need be, and then watches; blocks for the length of these requests. */
  private void open() {
    try {
      if (version().isEmpty()) {
        list();
        synced.complete(null);
      }
      Run next = new Run();
      Watch watch =
          operation.watch(
              new ListOptionsBuilder()
                  .withResourceVersion(version())
                  .withTimeoutSeconds((long) WATCH_SECONDS)
                  .withAllowWatchBookmarks(true)
                  .build(),
              next);
      opened(next, watch);
    } catch (RuntimeException e) {
      if (!synced.isDone()) {
        synced.completeExceptionally(e);
      } else {
        interrupted(e);
      }
    }
  }

  private void list() {
    Set<String> missing = cache.known(namespace, type);
    String next = null;
    do {
      KubernetesResourceList<T> page =
          operation.list(new ListOptionsBuilder().withLimit(PAGE).withContinue(next).build());
      for (T object : page.getItems()) {
        missing.remove(object.getMetadata().getUid());
        cache.onUpdate(strip.apply(object));
      }
      setVersion(page.getMetadata().getResourceVersion());
      next = page.getMetadata().getContinue();
    } while (next != null && !next.isEmpty());
    cache.onMissing(missing);
  }

  private void opened(Run next, Watch watch) {
    boolean unwanted;
    synchronized (this) {
      unwanted = closed || next.over;
      lastContact = Instant.now();
      pauseMs = 0;
      next.watch = Optional.of(watch);
      run = unwanted ? Optional.empty() : Optional.of(next);
    }
    if (unwanted) {
      watch.close();
    } else {
      next.silence = timer.schedule(() -> silent(next), SILENT_SECONDS, TimeUnit.SECONDS);
    }
  }

  private void silent(Run of) {
    if (of.end()) {
      executor.execute(() -> of.watch.ifPresent(Watch::close));
      interrupted(new IllegalStateException("nothing was heard for " + SILENT_SECONDS + " s"));
    }
  }

  /** Goes on after a pause that grows. */
  private void interrupted(Exception why) {
    long pause;
    synchronized (this) {
      run = Optional.empty();
      interruptions++;
      since = Instant.now();
      pause = pauseMs;
      pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2 + 500);
    }
    LOG.info(
        "namespace={} watch of {} interrupted, goes on: {}", namespace, kind(), why.toString());
    later(pause);
  }

  private synchronized void later(long pauseMs) {
    if (!closed) {
      timer.schedule(() -> executor.execute(this::open), pauseMs, TimeUnit.MILLISECONDS);
    }
  }

  private synchronized String version() {
    return version;
  }

  private synchronized void setVersion(String version) {
    this.version = version;
  }

  private synchronized void heard() {
    lastContact = Instant.now();
  }

  @Override
  public void close() {
    Optional<Run> last;
    synchronized (this) {
      closed = true;
      last = run;
      run = Optional.empty();
    }
    last.filter(Run::end).flatMap(of -> of.watch).ifPresent(Watch::close);
  }

  @Override
  public String namespace() {
    return namespace;
  }

  @Override
  public String kind() {
    return type.getSimpleName();
  }

  @Override
  public synchronized boolean connected() {
    return run.isPresent();
  }

  @Override
  public synchronized long interruptions() {
    return interruptions;
  }

  @Override
  public synchronized Instant since() {
    return since;
  }

  @Override
  public synchronized Instant lastContact() {
    return lastContact;
  }

  /** One watch, until it ends. */
  private final class Run implements Watcher<T> {
    private final long begun = System.nanoTime();
    private volatile Optional<Watch> watch = Optional.empty();
    private volatile java.util.concurrent.Future<?> silence =
        CompletableFuture.completedFuture(null);
    private volatile boolean over;

    /**
     * @return whether it was not over yet
     */
    boolean end() {
      synchronized (ObjectWatch.this) {
        boolean first = !over;
        over = true;
        silence.cancel(false);
        return first;
      }
    }

    @Override
    public void eventReceived(Action action, T object) {
      if (over) {
        return;
      }
      heard();
      if (action == Action.DELETED) {
        cache.onDelete(object);
      } else if (action != Action.BOOKMARK) {
        cache.onUpdate(strip.apply(object));
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
        later(0);
      } else if (System.nanoTime() - begun > TimeUnit.SECONDS.toNanos(WATCH_SECONDS - 2)) {
        heard();
        later(0);
      } else {
        interrupted(cause);
      }
    }
  }
}
