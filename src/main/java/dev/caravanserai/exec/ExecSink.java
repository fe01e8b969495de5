package dev.caravanserai.exec;

import java.util.concurrent.CompletionStage;

/** Where a stream of a command goes. Called by one thread at a time. */
interface ExecSink {

  /**
   * Takes the next bytes; the sink may keep the array.
   *
   * @return done when it can take more; until then the connection is paused
   */
  CompletionStage<Void> write(byte[] bytes);
}
