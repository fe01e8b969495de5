package dev.caravanserai.wire;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** What becomes of the bytes of one connection. Each direction has a thread of its own. */
public interface Passage {

  /** The four ends of a connection: two of whoever called, two of the server. */
  record Ends(
      InputStream fromCaller,
      OutputStream toCaller,
      InputStream fromServer,
      OutputStream toServer) {}

  /** Passes on what the caller says; when this returns or throws, both sides are closed. */
  default void requests(Ends ends) throws IOException, InterruptedException {
    ends.fromCaller().transferTo(ends.toServer());
  }

  /** Passes on what the server says; when this returns or throws, both sides are closed. */
  default void answers(Ends ends) throws IOException, InterruptedException {
    ends.fromServer().transferTo(ends.toCaller());
  }

  /** All that is said passes. */
  static Passage free() {
    return new Passage() {};
  }
}
