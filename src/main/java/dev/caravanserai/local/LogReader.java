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
import java.util.Optional;

/**
 * Sends a container's log to one client, as fast as the client accepts it. Holds no thread, and
 * never blocks the container.
 */
final class LogReader {
  /**
   * Query parameters.
   *
   * @param tail number of last lines
   * @param limit in bytes
   */
  record Options(boolean follow, boolean timestamps, long tail, Instant since, long limit) {
    static Options of(Call call) {
      if (call.text("sinceSeconds").isPresent() && call.text("sinceTime").isPresent()) {
        throw ApiError.invalid("at most one of sinceTime or sinceSeconds may be specified");
      }
      Instant since =
          positive(call, "sinceSeconds")
              .map(seconds -> Instant.now().minusSeconds(Math.min(seconds, Integer.MAX_VALUE)))
              .or(() -> call.text("sinceTime").map(Options::time))
              .orElse(Instant.EPOCH);
      return new Options(
          call.flag("follow"),
          call.flag("timestamps"),
          call.number("tailLines").orElse(Long.MAX_VALUE),
          since,
          positive(call, "limitBytes").orElse(Long.MAX_VALUE));
    }

    private static Optional<Long> positive(Call call, String name) {
      Optional<Long> number = call.number(name);
      if (number.isPresent() && number.get() == 0) {
        throw ApiError.invalid(name + ": Invalid value: 0: must be greater than 0");
      }
      return number;
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
  private final Options options;
  private final WriteStream<Buffer> to;
  private long position = -1;
  private long left;
  private volatile boolean gone;

  LogReader(PodLog log, Options options, WriteStream<Buffer> to) {
    this.log = log;
    this.options = options;
    this.to = to;
    this.left = options.limit();
  }

  /** {@code pods/{name}/log}. */
  static void serve(ProcessKubelet kubelet, Call call, JsonNode pod) {
    PodLog log = kubelet.container(pod, call.text("container")).logOf(call.flag("previous"));
    HttpServerResponse response = call.request().response();
    LogReader reader = new LogReader(log, Options.of(call), response);
    response.setChunked(true).putHeader("Content-Type", "text/plain");
    if (reader.options.follow) {
      response.write(""); // sends the headers even if the log is empty
    }
    response.closeHandler(closed -> reader.close());
    kubelet.node().streams().watch(reader::poll);
  }

  /** Stops sending. */
  void close() {
    gone = true;
  }

  /** Sends the next lines if the client accepts them; runs on the stream thread. */
  Pump.Found poll() {
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
    } else if (left > 0 && options.follow && !log.ended()) {
      return Pump.Found.NONE;
    }
    to.end();
    return Pump.Found.END;
  }

  private Buffer next() {
    if (position < 0) {
      position = Math.max(log.tail(options.tail), log.since(options.since));
    }
    Buffer out = Buffer.buffer();
    for (var piece = log.from(position);
        piece.isPresent() && out.length() < CHUNK;
        piece = log.from(position)) {
      position = piece.get().number() + 1;
      if (options.timestamps && piece.get().begins()) {
        out.appendBytes((TIME.format(piece.get().time()) + " ").getBytes(US_ASCII));
      }
      out.appendBytes(piece.get().text());
    }
    return out;
  }
}
