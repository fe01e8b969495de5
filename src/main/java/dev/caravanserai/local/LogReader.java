package dev.caravanserai.local;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.WriteStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives a container's log to one reader, no faster than it takes it, and so that it holds neither a
 * thread nor the container back.
 */
final class LogReader {
  /**
   * What is asked for.
   *
   * @param tail only the last lines
   * @param limit at most as many bytes
   */
  record Wanted(
      boolean follow,
      boolean timestamps,
      Optional<Long> tail,
      Optional<Instant> since,
      Optional<Long> limit) {}

  private static final Logger LOG = LoggerFactory.getLogger(LogReader.class);
  private static final int CHUNK = 64 << 10;
  private final PodLog log;
  private final Wanted wanted;
  private final WriteStream<Buffer> to;
  private InputStream in = InputStream.nullInputStream();
  private int generation;
  private long skip;
  private long left;
  private boolean lineBegins = true;
  private boolean skipping;
  private volatile boolean gone;

  LogReader(PodLog log, Wanted wanted, WriteStream<Buffer> to) {
    this.log = log;
    this.wanted = wanted;
    this.to = to;
    this.left = wanted.limit().orElse(Long.MAX_VALUE);
  }

  /** Nobody reads any more. */
  void close() {
    gone = true;
  }

  /** Gives what comes next, if there is room for it. */
  Pump.Found look() {
    try {
      if (!gone && to.writeQueueFull()) {
        return Pump.Found.NONE;
      }
      if (generation == 0) {
        skip = wanted.tail().map(lines -> log.lines() - lines).orElse(0L);
        open();
      }
      byte[] bytes = gone ? new byte[0] : next();
      int length = (int) Math.min(left, bytes.length);
      left -= length;
      if (length > 0) {
        to.write(Buffer.buffer(length).appendBytes(bytes, 0, length));
        return Pump.Found.SOME;
      } else if (!gone && left > 0 && wanted.follow() && !log.ended()) {
        return Pump.Found.NONE;
      }
      in.close();
    } catch (IOException e) {
      LOG.warn("local cluster: a log cannot be read further: {}", e.toString());
    }
    if (!gone) {
      to.end();
    }
    return Pump.Found.END;
  }

  private void open() throws IOException {
    in.close();
    in = log.open();
    generation = log.generation();
    lineBegins = true;
  }

  private byte[] next() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    while (out.size() < CHUNK) {
      byte[] record = record();
      if (record.length > 0) {
        give(record, out);
      } else if (generation < log.generation()) {
        open();
      } else {
        break;
      }
    }
    return out.toByteArray();
  }

  private byte[] record() throws IOException {
    ByteArrayOutputStream record = new ByteArrayOutputStream();
    for (int b = in.read(); b >= 0 && b != '\n'; b = in.read()) {
      record.write(b);
    }
    return record.toByteArray();
  }

  private void give(byte[] record, ByteArrayOutputStream out) {
    String time = new String(record, 0, PodLog.TIME_LENGTH, StandardCharsets.US_ASCII);
    if (lineBegins) {
      boolean early = wanted.since().filter(Instant.parse(time)::isBefore).isPresent();
      skipping = skip-- > 0 || early;
    }
    boolean dated = lineBegins && wanted.timestamps();
    lineBegins = record[PodLog.TIME_LENGTH] == 'F';
    if (skipping) {
      return;
    }
    if (dated) {
      out.writeBytes((time + " ").getBytes(StandardCharsets.US_ASCII));
    }
    out.write(record, PodLog.TIME_LENGTH + 1, record.length - PodLog.TIME_LENGTH - 1);
    if (lineBegins) {
      out.write('\n');
    }
  }
}
