package dev.caravanserai.local;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;

/**
 * What one instance of a container wrote, in a file of at most 10 MB and the one before it. A
 * record is {@code <time> F <line>}, or {@code P} for a part without its line's end. Readers read
 * the file at their own pace, so that none holds the container back. Thread-safe.
 */
final class PodLog {
  private static final int CAP = 10 << 20;
  private static final int LONGEST = 64 << 10;

  private final Path file;
  private final Executor pool;
  private final List<PodLogReader> followers = new ArrayList<>();
  private long size;
  private int generation;
  private boolean ended;

  PodLog(Path file, Executor pool) throws IOException {
    this.file = file;
    this.pool = pool;
    Files.createDirectories(file.getParent());
    Files.createFile(file);
  }

  /** Copies the stream until its end; blocks. */
  void capture(InputStream in) throws IOException {
    byte[] chunk = new byte[16 << 10];
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    ByteArrayOutputStream records = new ByteArrayOutputStream();
    for (int n; (n = in.read(chunk)) >= 0; ) {
      for (int i = 0; i < n; i++) {
        if (chunk[i] == '\n') {
          record(line, " F ", records);
        } else {
          line.write(chunk[i]);
          if (line.size() >= LONGEST) {
            record(line, " P ", records);
          }
        }
      }
      append(records);
    }
    if (line.size() > 0) {
      record(line, " P ", records);
      append(records);
    }
  }

  private static void record(ByteArrayOutputStream line, String tag, ByteArrayOutputStream to) {
    to.writeBytes((Instant.now() + tag).getBytes(StandardCharsets.US_ASCII));
    to.writeBytes(line.toByteArray());
    to.write('\n');
    line.reset();
  }

  private synchronized void append(ByteArrayOutputStream records) throws IOException {
    if (records.size() == 0) {
      return;
    }
    if (size > CAP) {
      Files.move(file, older(), StandardCopyOption.REPLACE_EXISTING);
      size = 0;
      generation++;
    }
    try (OutputStream out =
        Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      records.writeTo(out);
    }
    size += records.size();
    records.reset();
    followers.forEach(f -> f.wake(pool));
  }

  /** No more comes. */
  synchronized void end() {
    ended = true;
    followers.forEach(f -> f.wake(pool));
  }

  synchronized boolean ended() {
    return ended;
  }

  /** Gives what there is, then, when asked to follow, what comes; on threads of the pool. */
  synchronized AutoCloseable read(PodRuntime.LogQuery query, PodRuntime.LogSink sink) {
    PodLogReader reader = new PodLogReader(this, query, sink);
    followers.add(reader);
    reader.wake(pool);
    return reader::close;
  }

  synchronized void forget(PodLogReader reader) {
    followers.remove(reader);
  }

  /** The number of the file that is written now, counted from 0. */
  synchronized int generation() {
    return generation;
  }

  /** The file of a generation if it is still there, else the one after it. */
  synchronized InputStream open(int wanted) throws IOException {
    Path path = wanted < generation && Files.exists(older()) ? older() : file;
    return Files.newInputStream(path);
  }

  private Path older() {
    return file.resolveSibling(file.getFileName() + ".1");
  }
}
