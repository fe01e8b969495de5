package dev.caravanserai.local;

import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.Context;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code pods/{name}/log}: a container's log as it is read, never faster than the caller. */
final class LogEndpoint {
  private static final Logger LOG = LoggerFactory.getLogger(LogEndpoint.class);
  private final PodRuntime kubelet;
  private final ExecutorService pool;

  LogEndpoint(PodRuntime kubelet, ExecutorService pool) {
    this.kubelet = kubelet;
    this.pool = pool;
  }

  void serve(HttpServerRequest request, JsonNode pod, Query query) {
    String container = TargetContainer.of(pod, query.text("container"));
    PodRuntime.LogQuery wanted = wanted(query);
    HttpServerResponse response = request.response();
    response.setChunked(true).putHeader("Content-Type", "text/plain");
    Throttle throttle = new Throttle(response);
    Context context = Vertx.currentContext();
    CompletableFuture<AutoCloseable> reading = new CompletableFuture<>();
    Handler<Void> over =
        gone -> {
          throttle.close();
          reading.thenAcceptAsync(LogEndpoint::close, pool);
        };
    response.closeHandler(over).endHandler(over);
    Sink sink = new Sink(response, throttle);
    pool.execute(
        () -> {
          try {
            reading.complete(
                kubelet.logs(
                    pod.at("/metadata/namespace").asText(),
                    pod.at("/metadata/name").asText(),
                    container,
                    wanted,
                    sink));
            if (wanted.follow()) {
              sink.begin();
            }
          } catch (ApiError e) {
            context.runOnContext(
                v -> {
                  response.setChunked(false);
                  Answers.json(request, e.code, Statuses.failure(e));
                });
          } catch (RuntimeException e) {
            LOG.error("local cluster: the log of {} cannot be read", container, e);
            context.runOnContext(v -> response.reset());
          }
        });
  }

  /** Writes as fast as the caller reads. */
  private record Sink(HttpServerResponse response, Throttle throttle)
      implements PodRuntime.LogSink {

    /** Sends the headers, although there may be no log yet. */
    void begin() {
      send(Buffer.buffer());
    }

    @Override
    public void write(byte[] bytes) {
      if (throttle.awaitRoom()) {
        send(Buffer.buffer(bytes));
      }
    }

    private void send(Buffer bytes) {
      synchronized (throttle) {
        if (!response.ended() && !response.closed()) {
          response.write(bytes);
        }
      }
    }

    @Override
    public void end() {
      synchronized (throttle) {
        if (!response.ended() && !response.closed()) {
          response.end();
        }
      }
    }
  }

  private static PodRuntime.LogQuery wanted(Query query) {
    Optional<Instant> since =
        query
            .number("sinceSeconds")
            .map(s -> Instant.now().minusSeconds(s))
            .or(() -> query.text("sinceTime").map(LogEndpoint::time));
    return new PodRuntime.LogQuery(
        query.flag("previous"),
        query.flag("follow"),
        query.flag("timestamps"),
        query.number("tailLines").map(n -> (int) Math.min(n, Integer.MAX_VALUE)),
        since,
        query.number("limitBytes"));
  }

  private static Instant time(String text) {
    try {
      return Instant.parse(text);
    } catch (DateTimeParseException e) {
      throw new ApiError(400, "BadRequest", "sinceTime: \"" + text + "\" is not an RFC 3339 time");
    }
  }

  private static void close(AutoCloseable reading) {
    try {
      reading.close();
    } catch (Exception e) {
      LOG.warn("local cluster: a log reader did not close", e);
    }
  }
}
