package dev.caravanserai.local;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;

/**
 * What one instance of a container wrote, in a file that begins anew after 10 MB. A record is time,
 * {@code F} for a full line or {@code P} for a part of one, and the text. All on one thread.
 */
final class PodLog {
  static final DateTimeFormatter TIME =
      new DateTimeFormatterBuilder().appendInstant(9).toFormatter();
  static final int TIME_LENGTH = "2026-11-21T11:00:00.000000000Z".length();

  private static final int CAP = 10 << 20;
  private static final int LONGEST = 64 << 10;
  private final Path file;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();
  private OutputStream out = OutputStream.nullOutputStream();
  private boolean lineBegins;
  private long size;
  private long lines;
  private int generation;
  private boolean ended;

  PodLog(Path file) throws IOException {
    this.file = file;
    Files.createDirectories(file.getParent());
    begin();
  }

  private void begin() throws IOException {
    out.close();
    Files.deleteIfExists(file); // who reads the old one keeps it
    out = new BufferedOutputStream(Files.newOutputStream(file));
    size = 0;
    lines = 0;
    lineBegins = true;
    generation++;
  }

  void write(byte[] bytes) throws IOException {
    for (byte one : bytes) {
      if (one == '\n') {
        record('F');
      } else {
        line.write(one);
        if (line.size() >= LONGEST) {
          record('P');
        }
      }
    }
    out.flush();
  }

  /** No more comes. */
  void end() throws IOException {
    if (line.size() > 0) {
      record('P');
    }
    out.close();
    ended = true;
  }

  private void record(char kind) throws IOException {
    if (size > CAP) {
      begin();
    }
    String head = TIME.format(Instant.now()) + kind;
    out.write(head.getBytes(StandardCharsets.US_ASCII));
    line.writeTo(out);
    out.write('\n');
    size += head.length() + line.size() + 1;
    lines += lineBegins ? 1 : 0;
    lineBegins = kind == 'F';
    line.reset();
  }

  boolean ended() {
    return ended;
  }

  /** How often the file began. */
  int generation() {
    return generation;
  }

  /** How many lines the file has. */
  long lines() {
    return lines;
  }

  InputStream open() throws IOException {
    return new BufferedInputStream(Files.newInputStream(file));
  }
}
