package dev.caravanserai.local;

import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.WriteStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;

/** Collects the output of a log reader. */
final class ReceivedLog implements WriteStream<Buffer> {
  private final Buffer all = Buffer.buffer();
  private final CompletableFuture<String> ended = new CompletableFuture<>();
  private final boolean full;

  /**
   * @param full accepts no data
   */
  ReceivedLog(boolean full) {
    this.full = full;
  }

  /** The whole log, once it has ended. */
  CompletableFuture<String> whole() {
    return ended;
  }

  @Override
  public Future<Void> write(Buffer data) {
    all.appendBuffer(data);
    return Future.succeededFuture();
  }

  @Override
  public void write(Buffer data, Handler<AsyncResult<Void>> handler) {
    handler.handle(write(data));
  }

  @Override
  public void end(Handler<AsyncResult<Void>> handler) {
    ended.complete(all.toString(StandardCharsets.UTF_8));
    handler.handle(Future.succeededFuture());
  }

  @Override
  public boolean writeQueueFull() {
    return full;
  }

  @Override
  public WriteStream<Buffer> exceptionHandler(Handler<Throwable> handler) {
    return this;
  }

  @Override
  public WriteStream<Buffer> setWriteQueueMaxSize(int maxSize) {
    return this;
  }

  @Override
  public WriteStream<Buffer> drainHandler(Handler<Void> handler) {
    return this;
  }
}
