package dev.caravanserai.http;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.apache.camel.support.AsyncProcessorSupport;

/** Holds exchanges, without holding a thread, until it is opened; then gives them a body. */
final class Gate extends AsyncProcessorSupport {
  private final AtomicInteger waiting = new AtomicInteger();
  private final CompletableFuture<Void> open = new CompletableFuture<>();
  private final Object body;

  Gate(Object body) {
    this.body = body;
  }

  int waiting() {
    return waiting.get();
  }

  void open() {
    open.complete(null);
  }

  @Override
  public boolean process(Exchange exchange, AsyncCallback callback) {
    waiting.incrementAndGet();
    open.thenRunAsync(
        () -> {
          exchange.getMessage().setBody(body);
          callback.done(false);
        });
    return false;
  }
}
