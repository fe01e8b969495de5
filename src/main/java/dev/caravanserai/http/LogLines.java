package dev.caravanserai.http;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import dev.caravanserai.cluster.ByteSource;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Converts a log in UTF-8 to JSON by the contract's schema {@code Logs} while it is read: an item
 * for each line, of any length. Bean {@code logLines}.
 */
public final class LogLines {
  /** Longer than any time stamp. */
  private static final int TIME_CHARACTERS = 40;

  /**
   * @param timestamps whether each line begins with its time and a space
   */
  public ByteSource of(ByteSource log, boolean timestamps) {
    return new Json(log, timestamps);
  }

  private static final class Json implements ByteSource {
    private final ByteSource log;
    private final boolean timestamps;
    private final Utf8Pieces decoder = new Utf8Pieces();

    /** What may be the time of a line, or the first half of its end. */
    private final StringBuilder held = new StringBuilder();

    private String separator = "{\"items\":[";
    private boolean open;
    private boolean ended;

    Json(ByteSource log, boolean timestamps) {
      this.log = log;
      this.timestamps = timestamps;
    }

    @Override
    public CompletionStage<Optional<byte[]>> next() {
      if (ended) {
        return CompletableFuture.completedFuture(Optional.empty());
      }
      return log.next()
          .thenApply(
              piece -> {
                ended = piece.isEmpty();
                StringBuilder json = new StringBuilder();
                lines(decoder.decode(piece.orElse(new byte[0]), ended), json);
                if (ended) {
                  json.append(separator.startsWith("{") ? separator : "").append("]}");
                }
                return Optional.of(json.toString().getBytes(StandardCharsets.UTF_8));
              });
    }

    private void lines(String text, StringBuilder json) {
      int from = 0;
      for (int end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
        add(text.substring(from, end), true, json);
        from = end + 1;
      }
      String rest = text.substring(from);
      if (!rest.isEmpty() || ended && (open || !held.isEmpty())) {
        add(rest, ended, json);
      }
    }

    /** Adds to the current line. */
    private void add(String part, boolean complete, StringBuilder json) {
      held.append(part);
      if (complete && !held.isEmpty() && held.charAt(held.length() - 1) == '\r') {
        held.setLength(held.length() - 1);
      }
      int space = held.indexOf(" ");
      if (!open && timestamps && !complete && space < 0 && held.length() < TIME_CHARACTERS) {
        return;
      }
      if (!open) {
        json.append(separator).append('{');
        Optional<String> time = timestamps ? time(space) : Optional.empty();
        time.ifPresent(it -> json.append("\"time\":\"").append(it).append("\","));
        json.append("\"text\":\"");
        separator = ",";
        open = true;
      }
      int keep = !complete && !held.isEmpty() && held.charAt(held.length() - 1) == '\r' ? 1 : 0;
      JsonStringEncoder.getInstance().quoteAsString(held.substring(0, held.length() - keep), json);
      held.delete(0, held.length() - keep);
      if (complete) {
        json.append("\"}");
        open = false;
      }
    }

    /** Takes the time off what is held. A line that does not begin with one is text as it is. */
    private Optional<String> time(int space) {
      try {
        int end = space < 0 ? held.length() : space;
        String time = OffsetDateTime.parse(held.substring(0, end)).toInstant().toString();
        held.delete(0, Math.min(held.length(), end + 1));
        return Optional.of(time);
      } catch (DateTimeException e) {
        return Optional.empty();
      }
    }

    @Override
    public void close() {
      log.close();
    }

    @Override
    public boolean endless() {
      return log.endless();
    }
  }
}
