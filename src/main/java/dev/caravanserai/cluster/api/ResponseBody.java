package dev.caravanserai.cluster.api;

import dev.caravanserai.cluster.ByteSource;
import dev.caravanserai.session.Causes;
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
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;

/**
 * The body of a response, read piece by piece. The connection is paused while nobody asks for the
 * next piece, and closed if nobody asks for the first within {@value #UNBEGUN_MINUTES} minute, or
 * for another within {@value #UNREAD_MINUTES} minutes. Thread-safe.
 */
final class ResponseBody implements ByteSource {
  private static final int UNBEGUN_MINUTES = 1;
  private static final int UNREAD_MINUTES = 10;

  private final Duration idle;
  private final BooleanSupplier silent;
  private final ScheduledExecutorService timer;
  private final UnaryOperator<Throwable> failure;
  private AsyncBody body;
  private volatile CompletableFuture<Optional<byte[]>> wanted = new CompletableFuture<>();
  private volatile Future<?> unread = CompletableFuture.completedFuture(null);

  /**
   * @param idle how long a piece may take
   * @param silent whether one that takes longer is a failure; if not, it is awaited for the same
   *     time again
   * @param failure converts what the HTTP client reports
   */
  ResponseBody(
      Duration idle,
      BooleanSupplier silent,
      ScheduledExecutorService timer,
      UnaryOperator<Throwable> failure) {
    this.idle = idle;
    this.silent = silent;
    this.timer = timer;
    this.failure = failure;
  }

  /** The head of the response has arrived. */
  ResponseBody begin(AsyncBody body) {
    this.body = body;
    unread = timer.schedule(this::close, UNBEGUN_MINUTES, TimeUnit.MINUTES);
    body.done().whenComplete(this::onEnd);
    return this;
  }

  /** The HTTP client has received a piece. */
  void onPieces(List<ByteBuffer> pieces, AsyncBody rest) {
    ByteBuffer all = ByteBuffer.allocate(pieces.stream().mapToInt(ByteBuffer::remaining).sum());
    pieces.forEach(all::put);
    unread = timer.schedule(this::close, UNREAD_MINUTES, TimeUnit.MINUTES);
    wanted.complete(Optional.of(all.array()));
  }

  private void onEnd(Void done, Throwable thrown) {
    if (thrown == null) {
      wanted.complete(Optional.empty());
    } else {
      wanted.completeExceptionally(failure.apply(Causes.of(thrown)));
    }
  }

  @Override
  public CompletionStage<Optional<byte[]>> next() {
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
          failure.apply(
              new KubernetesClientException("no answer within " + idle.toSeconds() + " s")));
      body.cancel();
    }
  }

  @Override
  public void close() {
    unread.cancel(false);
    wanted.completeExceptionally(new CancellationException("The reading was ended."));
    body.cancel();
  }
}
