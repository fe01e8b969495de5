package dev.caravanserai.http;

import io.vertx.core.Future;

/** What a streamed body is sent by. On the response's own context. */
interface Carrier {

  /** Sends a piece; done when the caller can take more. */
  Future<Void> write(byte[] piece);

  /** Says that the body is complete. */
  Future<Void> end();

  /** Ends the connection in a way that does not look complete. */
  void abort(Throwable failure);

  /** Fails when the connection ends before the body is complete. */
  Future<Void> gone();
}
