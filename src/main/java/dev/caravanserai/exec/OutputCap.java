package dev.caravanserai.exec;

import dev.caravanserai.session.ExecResult;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Keeps the first and the last bytes of a stream, half of the limit each, and counts all. Takes
 * memory as bytes come. Not safe for use by several threads.
 */
final class OutputCap {
  private final int headLimit;
  private final int tailLimit;
  private final ByteArrayOutputStream head = new ByteArrayOutputStream(64);
  private byte[] tail = new byte[0];
  private long tailTotal;

  /**
   * @param limit most bytes kept, at least 0
   */
  OutputCap(int limit) {
    headLimit = limit - limit / 2;
    tailLimit = limit / 2;
  }

  void add(byte[] bytes) {
    int first = Math.min(bytes.length, headLimit - head.size());
    head.write(bytes, 0, first);
    int from = first;
    while (from < bytes.length) {
      if (tailLimit == 0) {
        tailTotal += bytes.length - from;
        return;
      }
      growFor(bytes.length - from);
      int at = (int) (tailTotal % tail.length);
      int length = Math.min(bytes.length - from, tail.length - at);
      System.arraycopy(bytes, from, tail, at, length);
      tailTotal += length;
      from += length;
    }
  }

  private void growFor(int more) {
    if (tail.length < tailLimit && tailTotal + more > tail.length) {
      long wanted = Math.max(tailTotal + more, 2L * tail.length);
      tail = Arrays.copyOf(tail, (int) Math.min(tailLimit, wanted));
    }
  }

  /** At most the first {@code most} bytes, for looking at. */
  String startsWith(int most) {
    return new String(head.toByteArray(), 0, Math.min(most, head.size()), StandardCharsets.UTF_8);
  }

  void reset() {
    head.reset();
    tail = new byte[0];
    tailTotal = 0;
  }

  ExecResult.Output output() {
    if (tail.length == 0) {
      return new ExecResult.Output(head.toByteArray(), head.size() + tailTotal);
    }
    int kept = (int) Math.min(tailTotal, tail.length);
    byte[] all = Arrays.copyOf(head.toByteArray(), head.size() + kept);
    int start = tailTotal > tail.length ? (int) (tailTotal % tail.length) : 0;
    System.arraycopy(tail, start, all, head.size(), kept - start);
    System.arraycopy(tail, 0, all, head.size() + kept - start, start);
    return new ExecResult.Output(all, head.size() + tailTotal);
  }
}
