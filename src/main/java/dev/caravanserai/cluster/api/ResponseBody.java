package dev.caravanserai.cluster.api;

import dev.caravanserai.cluster.ByteSource;
import dev.caravanserai.session.Causes;
import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.FailureException;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.http.AsyncBody;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * The body of a response, read piece by piece. The connection is paused until the reader asks for
 * the next piece, and closed if it does not ask for the first within {@value #UNBEGUN_MINUTES}
 * minute, or for another within {@value #UNREAD_MINUTES} minutes; the reading then fails with
 * LIMIT_REACHED. Thread-safe.
 */
final class ResponseBody implements ByteSource {
  private static final int UNBEGUN_MINUTES = 1;
  private static final int UNREAD_MINUTES = 10;

  /** Bytes; more than the HTTP client keeps of a response that is not read. */
  private static final int MOST_DROPPED = 128 * 1024;

  private final Duration idle;
  private final BooleanSupplier silent;
  private final ScheduledExecutorService timer;
  private final String action;
  private AsyncBody body;
  private volatile CompletableFuture<Optional<byte[]>> wanted = new CompletableFuture<>();
  private volatile Optional<CompletionStage<Optional<byte[]>>> peeked = Optional.empty();
  private volatile Future<?> unread = CompletableFuture.completedFuture(null);
  private volatile int unreadMinutes = UNBEGUN_MINUTES;

  private volatile boolean dropping;
  private long dropped;

  /** Why it was closed here. */
  private volatile Optional<Throwable> closed = Optional.empty();

  /**
   * @param idle how long a piece may take
   * @param silent whether one that takes longer is a failure; if not, it is awaited for the same
   *     time again
   * @param action for messages
   */
  ResponseBody(
      Duration idle, BooleanSupplier silent, ScheduledExecutorService timer, String action) {
    this.idle = idle;
    this.silent = silent;
    this.timer = timer;
    this.action = action;
  }

  /** The head of the response has arrived. */
  ResponseBody begin(AsyncBody body) {
    this.body = body;
    closeUnlessRead();
    body.done().whenComplete(this::onEnd);
    return this;
  }

  private void closeUnlessRead() {
    int minutes = unreadMinutes;
    unread.cancel(false);
    if (body.done().isDone()) {
      return;
    }
    unread = timer.schedule(() -> close(unread(minutes)), minutes, TimeUnit.MINUTES);
  }

  private FailureException unread(int minutes) {
    return FailureException.of(
        FailureCode.LIMIT_REACHED,
        "%s was ended: nothing was read for %d min. Begin again, and read without long pauses."
            .formatted(action, minutes));
  }

  /** The HTTP client has received a piece. */
  void onPieces(List<ByteBuffer> pieces, AsyncBody rest) {
    if (dropping) {
      drop(pieces, rest);
      return;
    }
    ByteBuffer all = ByteBuffer.allocate(pieces.stream().mapToInt(ByteBuffer::remaining).sum());
    pieces.forEach(all::put);
    closeUnlessRead();
    wanted.complete(Optional.of(all.array()));
  }

  private void onEnd(Void done, Throwable thrown) {
    if (thrown == null) {
      wanted.complete(Optional.empty());
    } else {
      wanted.completeExceptionally(closed.orElseGet(() -> failure(Causes.of(thrown))));
    }
  }

  private Throwable failure(Throwable thrown) {
    return ApiFailures.of(thrown, action);
  }

  /**
   * Receives the first piece. The reader gets it from its first {@link #next}, and must call that
   * only when this stage is done, but within {@value #UNBEGUN_MINUTES} minute.
   */
  CompletionStage<Optional<byte[]>> peek() {
    CompletionStage<Optional<byte[]>> first = receive();
    peeked = Optional.of(first);
    return first;
  }

  @Override
  public CompletionStage<Optional<byte[]>> next() {
    unreadMinutes = UNREAD_MINUTES;
    Optional<CompletionStage<Optional<byte[]>>> first = peeked;
    if (first.isEmpty()) {
      return receive();
    }
    peeked = Optional.empty();
    closeUnlessRead();
    return first.get();
  }

  private CompletionStage<Optional<byte[]>> receive() {
    CompletableFuture<Optional<byte[]>> piece = new CompletableFuture<>();
    wanted = piece;
    unread.cancel(false);
    if (body.done().isDone()) {
      body.done().whenComplete(this::onEnd);
    } else {
      Future<?> check =
          timer.scheduleWithFixedDelay(
              () -> check(piece), idle.toMillis(), idle.toMillis(), TimeUnit.MILLISECONDS);
      piece.whenComplete((bytes, thrown) -> check.cancel(false));
      body.consume();
    }
    return piece;
  }

  private void check(CompletableFuture<Optional<byte[]>> piece) {
    if (silent.getAsBoolean()) {
      piece.completeExceptionally(
          failure(new KubernetesClientException("no answer within " + idle.toSeconds() + " s")));
      cancel();
    }
  }

  @Override
  public void close() {
    close(new CancellationException("The reading was ended."));
  }

  private void close(Throwable why) {
    unread.cancel(false);
    closed = closed.or(() -> Optional.of(why));
    wanted.completeExceptionally(why);
    cancel();
  }

  /**
   * Drops what has arrived. A response that is complete by then leaves its connection open, which
   * may serve another request already; any other ends with its connection.
   */
  private void cancel() {
    dropping = true;
    body.consume();
    try {
      timer.schedule(this::cancelUnlessDone, 1, TimeUnit.SECONDS);
    } catch (RejectedExecutionException closing) {
      cancelUnlessDone();
    }
  }

  private void drop(List<ByteBuffer> pieces, AsyncBody rest) {
    dropped += pieces.stream().mapToInt(ByteBuffer::remaining).sum();
    if (dropped > MOST_DROPPED) {
      cancelUnlessDone();
    } else {
      rest.consume();
    }
  }

  private void cancelUnlessDone() {
    if (!body.done().isDone()) {
      body.cancel();
    }
  }
}
