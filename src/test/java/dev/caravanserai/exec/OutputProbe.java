package dev.caravanserai.exec;

import dev.caravanserai.cluster.ExecChannel;
import dev.caravanserai.cluster.ExecEnd;
import dev.caravanserai.cluster.ExecListener;
import dev.caravanserai.cluster.ExecOpener;
import dev.caravanserai.cluster.ExecStart;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletionStage;

/** Output of commands so far, before they end. */
final class OutputProbe implements ExecOpener {
  private final ExecOpener opener;
  private final StringBuffer stdout = new StringBuffer();

  OutputProbe(ExecOpener opener) {
    this.opener = opener;
  }

  boolean stdout(String text) {
    return stdout.indexOf(text) >= 0;
  }

  @Override
  public void open(ExecStart start, ExecListener listener) {
    opener.open(
        start,
        new ExecListener() {
          @Override
          public void onOpen(ExecChannel channel) {
            listener.onOpen(channel);
          }

          @Override
          public CompletionStage<Void> onStdout(byte[] bytes) {
            CompletionStage<Void> more = listener.onStdout(bytes);
            stdout.append(new String(bytes, StandardCharsets.ISO_8859_1));
            return more;
          }

          @Override
          public CompletionStage<Void> onStderr(byte[] bytes) {
            return listener.onStderr(bytes);
          }

          @Override
          public void onEnd(ExecEnd end) {
            listener.onEnd(end);
          }
        });
  }
}
