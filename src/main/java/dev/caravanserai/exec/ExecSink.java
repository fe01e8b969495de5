package dev.caravanserai.exec;

import java.util.concurrent.CompletionStage;

/** Where a stream of a command goes. Called by one thread at a time. */
interface ExecSink {

  /**
   * Takes the next bytes, which are the sink's to keep.
   *
   * @return done when it wants more: until then the connection is not asked for any
   */
  CompletionStage<Void> write(byte[] bytes);
}
