package dev.caravanserai.wire;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** Forwards the bytes of one connection. Each direction has its own thread. */
public interface Passage {

  /** The streams of a connection, from and to client and server. */
  record Ends(
      InputStream fromCaller,
      OutputStream toCaller,
      InputStream fromServer,
      OutputStream toServer) {}

  /** Forwards requests; both sides are closed when this returns or throws. */
  default void requests(Ends ends) throws IOException, InterruptedException {
    ends.fromCaller().transferTo(ends.toServer());
  }

  /** Forwards responses; both sides are closed when this returns or throws. */
  default void answers(Ends ends) throws IOException, InterruptedException {
    ends.fromServer().transferTo(ends.toCaller());
  }

  /** Forwards everything. */
  static Passage free() {
    return new Passage() {};
  }
}
