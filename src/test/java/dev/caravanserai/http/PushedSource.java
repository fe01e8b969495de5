package dev.caravanserai.http;

import dev.caravanserai.cluster.ByteSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** An endless source that a test fills. */
final class PushedSource implements ByteSource {
  private final Deque<CompletableFuture<Optional<byte[]>>> pieces = new ArrayDeque<>();
  private CompletableFuture<Optional<byte[]>> awaited;
  private boolean closed;
  private boolean flood;
  private long given;

  synchronized void push(byte[] piece) {
    add(CompletableFuture.completedFuture(Optional.of(piece)));
  }

  synchronized void end() {
    add(CompletableFuture.completedFuture(Optional.empty()));
  }

  synchronized void fail(Throwable failure) {
    add(CompletableFuture.failedFuture(failure));
  }

  /** From now on there is always a next piece. */
  synchronized void flood() {
    flood = true;
  }

  private void add(CompletableFuture<Optional<byte[]>> piece) {
    pieces.add(piece);
    hand();
  }

  private void hand() {
    if (awaited != null && !pieces.isEmpty()) {
      CompletableFuture<Optional<byte[]>> next = awaited;
      awaited = null;
      pieces
          .remove()
          .whenComplete(
              (piece, thrown) -> {
                if (thrown == null) {
                  next.complete(piece);
                } else {
                  next.completeExceptionally(thrown);
                }
              });
    }
  }

  @Override
  public synchronized CompletionStage<Optional<byte[]>> next() {
    CompletableFuture<Optional<byte[]>> next = new CompletableFuture<>();
    awaited = next;
    if (closed) {
      next.completeExceptionally(new CancellationException());
    } else if (flood) {
      given += 1 << 16;
      next.complete(Optional.of(new byte[1 << 16]));
    } else {
      hand();
    }
    return next;
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (awaited != null) {
      awaited.completeExceptionally(new CancellationException());
    }
  }

  @Override
  public boolean endless() {
    return true;
  }

  synchronized boolean closed() {
    return closed;
  }

  synchronized long given() {
    return given;
  }
}
