package dev.caravanserai.local;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What one instance of a container wrote: lines with their times, in a file of at most 10 MB and
 * the one before it. Thread-safe.
 */
final class PodLog {
  private static final int CAP = 10 << 20;
  private static final int LONGEST_LINE = 64 << 10;

  private final Path file;
  private final List<Reader> followers = new ArrayList<>();
  private long size;
  private boolean ended;

  PodLog(Path file) {
    this.file = file;
  }

  /** Copies the stream until its end; blocks. */
  void capture(InputStream in) throws IOException {
    byte[] chunk = new byte[16 << 10];
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int n; (n = in.read(chunk)) >= 0; ) {
      ByteArrayOutputStream lines = new ByteArrayOutputStream();
      for (int i = 0; i < n; i++) {
        line.write(chunk[i]);
        if (chunk[i] == '\n' || line.size() >= LONGEST_LINE) {
          stamp(line, lines);
        }
      }
      append(lines.toByteArray());
    }
    if (line.size() > 0) {
      ByteArrayOutputStream last = new ByteArrayOutputStream();
      stamp(line, last);
      append(last.toByteArray());
    }
  }

  private static void stamp(ByteArrayOutputStream line, ByteArrayOutputStream to) {
    String time = Instant.now().toString();
    to.writeBytes((time + " ").getBytes(StandardCharsets.US_ASCII));
    to.writeBytes(line.toByteArray());
    line.reset();
  }

  private synchronized void append(byte[] lines) throws IOException {
    if (lines.length == 0) {
      return;
    }
    Files.createDirectories(file.getParent());
    if (size > CAP) {
      Files.move(file, older(), StandardCopyOption.REPLACE_EXISTING);
      size = 0;
    }
    try (OutputStream out =
        Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      out.write(lines);
    }
    size += lines.length;
    List.copyOf(followers).forEach(f -> f.take(lines));
  }

  /** No more comes. */
  synchronized void end() {
    ended = true;
    List.copyOf(followers).forEach(Reader::finish);
    followers.clear();
  }

  /** Gives what there is, then, when asked to follow, what comes. */
  synchronized AutoCloseable read(PodRuntime.LogQuery query, PodRuntime.LogSink sink) {
    Reader reader = new Reader(query, sink);
    reader.take(tail(query));
    if (!query.follow() || ended || reader.done) {
      reader.finish();
      return () -> {};
    }
    followers.add(reader);
    return () -> {
      synchronized (this) {
        followers.remove(reader);
      }
    };
  }

  private byte[] tail(PodRuntime.LogQuery query) {
    try {
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      for (Path p : List.of(older(), file)) {
        if (Files.exists(p)) {
          all.writeBytes(Files.readAllBytes(p));
        }
      }
      byte[] bytes = all.toByteArray();
      if (query.tailLines().isEmpty()) {
        return bytes;
      }
      int lines = query.tailLines().get();
      int from = bytes.length;
      while (from > 0 && (from == bytes.length || bytes[from - 1] != '\n' || --lines > 0)) {
        from--;
      }
      return query.tailLines().get() == 0
          ? new byte[0]
          : Arrays.copyOfRange(bytes, from, bytes.length);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path older() {
    return file.resolveSibling(file.getFileName() + ".1");
  }

  /** One reader's view: from when, with or without times, and how much. */
  private static final class Reader {
    private final PodRuntime.LogQuery query;
    private final PodRuntime.LogSink sink;
    private long left;
    private boolean done;

    Reader(PodRuntime.LogQuery query, PodRuntime.LogSink sink) {
      this.query = query;
      this.sink = sink;
      this.left = query.limitBytes().orElse(Long.MAX_VALUE);
    }

    void take(byte[] lines) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      for (int from = 0; from < lines.length; ) {
        int to = from;
        while (to < lines.length && lines[to++] != '\n') {}
        int text = from;
        while (text < to && lines[text++] != ' ') {}
        boolean wanted =
            query.since().isEmpty()
                || !Instant.parse(
                        new String(lines, from, text - 1 - from, StandardCharsets.US_ASCII))
                    .isBefore(query.since().get());
        if (wanted) {
          int start = query.timestamps() ? from : text;
          out.write(lines, start, to - start);
        }
        from = to;
      }
      if (done || out.size() == 0) {
        return;
      }
      byte[] bytes = out.toByteArray();
      sink.write(bytes.length > left ? Arrays.copyOf(bytes, (int) left) : bytes);
      left -= bytes.length;
      if (left <= 0) {
        finish();
      }
    }

    void finish() {
      if (!done) {
        done = true;
        sink.end();
      }
    }
  }
}
