package dev.caravanserai.local;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.streams.WriteStream;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.DateTimeParseException;

/**
 * Gives a container's log to one reader, no faster than it takes it, and so that it holds neither a
 * thread nor the container back.
 */
final class LogReader {
  /**
   * What is asked for.
   *
   * @param tail only as many last lines
   * @param limit at most as many bytes
   */
  record Wanted(boolean follow, boolean timestamps, long tail, Instant since, long limit) {
    static Wanted of(Call call) {
      Instant since =
          call.number("sinceSeconds")
              .map(seconds -> Instant.now().minusSeconds(seconds))
              .or(() -> call.text("sinceTime").map(Wanted::time))
              .orElse(Instant.EPOCH);
      return new Wanted(
          call.flag("follow"),
          call.flag("timestamps"),
          call.number("tailLines").orElse(Long.MAX_VALUE),
          since,
          call.number("limitBytes").orElse(Long.MAX_VALUE));
    }

    private static Instant time(String text) {
      try {
        return Instant.parse(text);
      } catch (DateTimeParseException e) {
        throw ApiError.bad("sinceTime: \"" + text + "\" is not an RFC 3339 time");
      }
    }
  }

  private static final DateTimeFormatter TIME =
      new DateTimeFormatterBuilder().appendInstant(9).toFormatter();
  private static final int CHUNK = 64 << 10;
  private final PodLog log;
  private final Wanted wanted;
  private final WriteStream<Buffer> to;
  private long position = -1;
  private long left;
  private volatile boolean gone;

  LogReader(PodLog log, Wanted wanted, WriteStream<Buffer> to) {
    this.log = log;
    this.wanted = wanted;
    this.to = to;
    this.left = wanted.limit();
  }

  /** {@code pods/{name}/log}. */
  static void serve(ProcessKubelet kubelet, Call call, JsonNode pod) {
    PodLog log = kubelet.container(pod, call.text("container")).logOf(call.flag("previous"));
    HttpServerResponse response = call.request().response();
    LogReader reader = new LogReader(log, Wanted.of(call), response);
    response.setChunked(true).putHeader("Content-Type", "text/plain");
    if (reader.wanted.follow) {
      response.write(""); // the headers, although there may be no log yet
    }
    response.closeHandler(closed -> reader.close());
    kubelet.node().streams().watch(reader::look);
  }

  /** Nobody reads any more. */
  void close() {
    gone = true;
  }

  /** Gives what comes next, if there is room for it; on the log's thread. */
  Pump.Found look() {
    if (gone) {
      return Pump.Found.END;
    } else if (to.writeQueueFull()) {
      return Pump.Found.NONE;
    }
    Buffer next = next();
    int length = (int) Math.min(left, next.length());
    left -= length;
    if (length > 0) {
      to.write(next.slice(0, length));
      return Pump.Found.SOME;
    } else if (left > 0 && wanted.follow && !log.ended()) {
      return Pump.Found.NONE;
    }
    to.end();
    return Pump.Found.END;
  }

  private Buffer next() {
    if (position < 0) {
      position = Math.max(log.tail(wanted.tail), log.since(wanted.since));
    }
    Buffer out = Buffer.buffer();
    for (var piece = log.from(position);
        piece.isPresent() && out.length() < CHUNK;
        piece = log.from(position)) {
      position = piece.get().number() + 1;
      if (wanted.timestamps && piece.get().begins()) {
        out.appendBytes((TIME.format(piece.get().time()) + " ").getBytes(US_ASCII));
      }
      out.appendBytes(piece.get().text());
    }
    return out;
  }
}
