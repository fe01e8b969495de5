package dev.caravanserai.local;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One reader's view of a container's log: from when, how much, with or without times. Runs on a
 * thread of the pool while there is something to give and holds none while it waits.
 */
final class PodLogReader implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(PodLogReader.class);
  private static final int CHUNK = 64 << 10;

  private final PodLog log;
  private final PodRuntime.LogQuery query;
  private final PodRuntime.LogSink sink;
  private Optional<InputStream> in = Optional.empty();
  private int generation;
  private long left;
  private long skip;
  private boolean lineBegins = true;
  private boolean skipping;
  private final AtomicBoolean due = new AtomicBoolean();
  private volatile boolean over;

  PodLogReader(PodLog log, PodRuntime.LogQuery query, PodRuntime.LogSink sink) {
    this.log = log;
    this.query = query;
    this.sink = sink;
    this.left = query.limitBytes().orElse(Long.MAX_VALUE);
  }

  /** There may be more to give. */
  void wake(Executor pool) {
    if (due.compareAndSet(false, true)) {
      pool.execute(this);
    }
  }

  @Override
  public synchronized void run() {
    due.set(false);
    try {
      if (!over && in.isEmpty()) {
        skip = linesBeforeTail();
        begin();
      }
      while (!over) {
        boolean last = log.ended() || !query.follow();
        byte[] bytes = next();
        if (bytes.length > 0) {
          sink.write(bytes.length > left ? Arrays.copyOf(bytes, (int) left) : bytes);
          left -= bytes.length;
        } else if (!last) {
          return;
        }
        if (left <= 0 || last && bytes.length == 0) {
          close();
          sink.end();
        }
      }
    } catch (IOException e) {
      LOG.warn("a container's log cannot be read further: {}", e.toString());
      close();
      sink.end();
    }
  }

  void close() {
    over = true;
    log.forget(this);
    synchronized (this) {
      try (InputStream open = in.orElse(InputStream.nullInputStream())) {
        in = Optional.empty();
      } catch (IOException e) {
        LOG.debug("a log's file did not close", e);
      }
    }
  }

  private void begin() throws IOException {
    generation = Math.max(0, log.generation() - 1);
    in = Optional.of(new BufferedInputStream(log.open(generation)));
    lineBegins = true;
  }

  /** How many lines come before the last ones that are asked for. */
  private long linesBeforeTail() throws IOException {
    if (query.tailLines().isEmpty()) {
      return 0;
    }
    synchronized (log) {
      begin();
      long lines = 0;
      for (Optional<byte[]> record = record(); record.isPresent(); record = record()) {
        lines += lineBegins ? 1 : 0;
        lineBegins = isWhole(record.get());
      }
      return lines - query.tailLines().get();
    }
  }

  /** What comes next of whole records; empty when there is no more yet. */
  private byte[] next() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    synchronized (log) { // so that no record is seen half written
      while (out.size() < CHUNK && out.size() < left) {
        Optional<byte[]> record = record();
        if (record.isEmpty()) {
          break;
        }
        give(record.get(), out);
      }
    }
    return out.toByteArray();
  }

  private void give(byte[] record, ByteArrayOutputStream out) {
    int space = space(record);
    boolean begins = lineBegins;
    lineBegins = isWhole(record);
    if (begins && skip > 0) {
      skip--;
      skipping = true;
    } else if (begins) {
      skipping = false;
    }
    String time = new String(record, 0, space, StandardCharsets.US_ASCII);
    if (skipping || query.since().filter(Instant.parse(time)::isBefore).isPresent()) {
      return;
    }
    if (begins && query.timestamps()) {
      out.write(record, 0, space + 1);
    }
    int text = space + 3;
    out.write(record, text, record.length - text);
    if (lineBegins) {
      out.write('\n');
    }
  }

  private static boolean isWhole(byte[] record) {
    return record[space(record) + 1] == 'F';
  }

  private static int space(byte[] record) {
    int at = 0;
    while (record[at] != ' ') {
      at++;
    }
    return at;
  }

  private Optional<byte[]> record() throws IOException {
    ByteArrayOutputStream record = new ByteArrayOutputStream();
    while (true) {
      int b = in.orElseThrow().read();
      if (b == '\n') {
        return Optional.of(record.toByteArray());
      } else if (b >= 0) {
        record.write(b);
      } else if (generation < log.generation()) {
        generation = log.generation();
        in.get().close();
        in = Optional.of(new BufferedInputStream(log.open(generation)));
      } else {
        return Optional.empty();
      }
    }
  }
}
