package dev.caravanserai.cluster.api;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;

/** Keeps the last bytes of what is written to it. */
final class LastBytes extends ByteArrayOutputStream {
  private final int limit;

  LastBytes(long limit) {
    this.limit = Math.toIntExact(limit);
  }

  @Override
  public synchronized void write(byte[] bytes, int from, int length) {
    super.write(bytes, from, length);
    if (count - limit > Math.max(limit / 4, 64 * 1024)) {
      System.arraycopy(buf, count - limit, buf, 0, limit);
      count = limit;
    }
  }

  @Override
  public synchronized byte[] toByteArray() {
    return Arrays.copyOfRange(buf, Math.max(0, count - limit), count);
  }
}
