package dev.caravanserai.wire;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Forwards HTTP/1.1 requests one by one, after inspection, and the frames of a WebSocket. */
public abstract class HttpPassage implements Passage {
  /** What happens to a part of a response: it is forwarded, dropped, or the connection is cut. */
  public enum Fate {
    TOLD,
    KEPT,
    CUT
  }

  /** Whether the request is forwarded. */
  protected abstract boolean passes(HttpHead head, String body, Ends ends) throws IOException;

  /** Called for each part of a response; may block. */
  protected abstract Fate fate() throws InterruptedException;

  @Override
  public final void requests(Ends ends) throws IOException {
    InputStream in = new BufferedInputStream(ends.fromCaller());
    Optional<HttpHead> head = HttpHead.read(in);
    while (head.isPresent()) {
      byte[] body = head.get().body(in);
      if (passes(head.get(), new String(body, StandardCharsets.UTF_8), ends)) {
        ends.toServer().write(head.get().bytes(body.length));
        ends.toServer().write(body);
        ends.toServer().flush();
        if (head.get().upgrade()) {
          in.transferTo(ends.toServer());
        }
      }
      head = HttpHead.read(in);
    }
  }

  @Override
  public final void answers(Ends ends) throws IOException, InterruptedException {
    byte[] piece = new byte[8192];
    for (int n; (n = ends.fromServer().read(piece)) >= 0; ) {
      Fate fate = fate();
      if (fate == Fate.CUT) {
        return;
      } else if (fate == Fate.TOLD) {
        ends.toCaller().write(piece, 0, n);
        ends.toCaller().flush();
      }
    }
  }
}
