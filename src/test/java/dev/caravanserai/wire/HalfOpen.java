package dev.caravanserai.wire;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.concurrent.CountDownLatch;
import java.util.function.BooleanSupplier;

/**
 * A connection on which no byte passes any more from the moment on at which the way is silent, and
 * of whose end neither side hears. A connection that is opened later is as the way is then.
 */
public final class HalfOpen implements Passage {
  private final BooleanSupplier silent;
  private volatile boolean dead;

  public HalfOpen(BooleanSupplier silent) {
    this.silent = silent;
  }

  @Override
  public void requests(Ends ends) throws IOException {
    pass(ends.fromCaller(), ends.toServer());
  }

  @Override
  public void answers(Ends ends) throws IOException, InterruptedException {
    pass(ends.fromServer(), ends.toCaller());
    if (dead) {
      new CountDownLatch(1).await(); // the caller does not hear of the end
    }
  }

  private void pass(InputStream from, OutputStream to) throws IOException {
    byte[] piece = new byte[8192];
    for (int n; (n = from.read(piece)) >= 0; ) {
      dead |= silent.getAsBoolean();
      if (!dead) {
        to.write(piece, 0, n);
        to.flush();
      }
    }
  }
}
