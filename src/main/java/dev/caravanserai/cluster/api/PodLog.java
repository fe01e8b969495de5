package dev.caravanserai.cluster.api;

import dev.caravanserai.cluster.ByteSource;
import dev.caravanserai.session.Failure;
import dev.caravanserai.session.FailureCode;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.regex.Pattern;

/** A container's log. */
final class PodLog implements ByteSource {
  /**
   * What the kubelet writes, without a line end, in place of a log that the container runtime
   * cannot give it.
   */
  private static final Pattern UNREADABLE =
      Pattern.compile("unable to retrieve container logs for [a-z-]+://\\w*");

  private final ResponseBody source;
  private final boolean follow;
  private final String log;

  /** Whether the first piece is known to be of the log. */
  private boolean checked;

  private PodLog(ResponseBody source, boolean follow, String log) {
    this.source = source;
    this.follow = follow;
    this.log = log;
    this.checked = !follow;
  }

  /**
   * @param log for messages
   * @return done with the first piece, so that a refusal precedes every byte; at once if the log is
   *     followed, as the container may write nothing
   */
  static CompletionStage<ByteSource> of(ResponseBody source, boolean follow, String log) {
    PodLog it = new PodLog(source, follow, log);
    return follow
        ? CompletableFuture.completedFuture(it)
        : source.peek().thenApply(it::readable).thenApply(piece -> it);
  }

  private Optional<byte[]> readable(Optional<byte[]> piece) {
    String words = piece.map(bytes -> new String(bytes, StandardCharsets.UTF_8)).orElse("");
    if (UNREADABLE.matcher(words).matches()) {
      close();
      throw Failure.of(
              FailureCode.CONFLICT,
              "The log of %s cannot be read: the container runtime does not have it (any more)."
                  .formatted(log),
              words.strip())
          .asException();
    }
    return piece;
  }

  @Override
  public CompletionStage<Optional<byte[]>> next() {
    CompletionStage<Optional<byte[]>> piece =
        checked ? source.next() : source.next().thenApply(this::readable);
    checked = true;
    return piece;
  }

  @Override
  public void close() {
    source.close();
  }

  @Override
  public boolean endless() {
    return follow;
  }

  /** For a route that writes its body to a log. */
  @Override
  public String toString() {
    return "log of " + log;
  }
}
