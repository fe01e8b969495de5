package dev.caravanserai.exec;

import dev.caravanserai.cluster.Shares;
import dev.caravanserai.session.ExecResult;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Keeps the first and the last bytes of a stream, half of the limit each, and counts all. Never
 * pauses the connection. Takes memory as bytes arrive, and keeps less if the budget is used up. Not
 * thread-safe.
 */
final class CappedOutput implements ExecSink {
  private static final CompletionStage<Void> MORE = CompletableFuture.completedStage(null);
  private static final int LEAST = 512;

  private final int headLimit;
  private final int tailLimit;
  private final Shares budget;
  private final String tenant;
  private byte[] head = new byte[0];
  private int headLength;
  private byte[] tail = new byte[0];
  private long tailTotal;

  /**
   * @param limit most bytes kept, at least 0
   */
  CappedOutput(int limit, Shares budget, String tenant) {
    this.headLimit = limit - limit / 2;
    this.tailLimit = limit / 2;
    this.budget = budget;
    this.tenant = tenant;
  }

  @Override
  public CompletionStage<Void> write(byte[] bytes) {
    int first = tailTotal == 0 ? intoHead(bytes) : 0;
    intoTail(bytes, first);
    return MORE;
  }

  private int intoHead(byte[] bytes) {
    head = grown(head, (long) headLength + bytes.length, headLimit);
    int length = Math.min(bytes.length, head.length - headLength);
    System.arraycopy(bytes, 0, head, headLength, length);
    headLength += length;
    return length;
  }

  private void intoTail(byte[] bytes, int first) {
    int more = bytes.length - first;
    if (more > 0 && tailTotal <= tail.length) {
      tail = grown(tail, tailTotal + more, tailLimit);
    }
    int skipped = Math.max(0, more - tail.length);
    tailTotal += skipped;
    for (int from = first + skipped; from < bytes.length; ) {
      int at = (int) (tailTotal % tail.length);
      int length = Math.min(bytes.length - from, tail.length - at);
      System.arraycopy(bytes, from, tail, at, length);
      tailTotal += length;
      from += length;
    }
  }

  private byte[] grown(byte[] array, long wanted, int limit) {
    long size = Math.min(limit, Math.max(wanted, Math.max(LEAST, 2L * array.length)));
    if (wanted <= array.length
        || size <= array.length
        || !budget.take(tenant, size - array.length)) {
      return array;
    }
    try {
      return Arrays.copyOf(array, (int) size);
    } catch (OutOfMemoryError full) {
      budget.giveBack(tenant, size - array.length);
      return array;
    }
  }

  ExecResult.Output output() {
    int kept = (int) Math.min(tailTotal, tail.length);
    byte[] all = Arrays.copyOf(head, headLength + kept);
    int start = tailTotal > tail.length && tail.length > 0 ? (int) (tailTotal % tail.length) : 0;
    System.arraycopy(tail, start, all, headLength, kept - start);
    System.arraycopy(tail, 0, all, headLength + kept - start, start);
    return new ExecResult.Output(all, headLength + tailTotal);
  }

  /** Drops what is kept and returns its memory. */
  void clear() {
    clear(0);
  }

  /**
   * Drops what is kept and returns its memory.
   *
   * @param bytes what stays taken, for the {@link #output} made before
   */
  void clear(int bytes) {
    budget.giveBack(tenant, (long) head.length + tail.length - bytes);
    head = new byte[0];
    headLength = 0;
    tail = new byte[0];
    tailTotal = 0;
  }
}
