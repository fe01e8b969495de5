package dev.caravanserai.local;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/** Watches, over HTTP chunks or a WebSocket. */
final class Watches {
  private static final long LONGEST_SECONDS = 3600;

  /** A caller that is so many events behind is told to begin anew, rather than remembered. */
  private static final int FURTHEST_BEHIND = 10_000;

  private final MemoryStore store;

  Watches(MemoryStore store) {
    this.store = store;
  }

  void serve(HttpServerRequest request, ApiPath path, Query query) {
    if (query.text("sendInitialEvents").isPresent()) {
      throw ApiError.invalid(
          "sendInitialEvents: Forbidden: sendInitialEvents is forbidden for watch unless the"
              + " WatchList feature gate is enabled");
    }
    Predicate<JsonNode> wanted =
        Selectors.of(path.kind(), query)
            .and(o -> path.namespace().isEmpty() || path.namespace().equals(Json.namespace(o)))
            .and(o -> path.name().isEmpty() || path.name().equals(Json.name(o)));
    long from = query.number("resourceVersion").orElse(0L);
    long seconds = query.number("timeoutSeconds").filter(s -> s > 0).orElse(LONGEST_SECONDS);
    Watch watch = new Watch(path.kind(), wanted, request);
    if (Answers.header(request, "Upgrade").equalsIgnoreCase("websocket")) {
      request
          .toWebSocket()
          .onSuccess(
              socket -> {
                socket.closeHandler(closed -> watch.stop());
                watch.start(from, seconds, socket::writeTextMessage, socket::close);
              });
    } else {
      HttpServerResponse response = request.response();
      response.closeHandler(closed -> watch.stop());
      response.setChunked(true).putHeader("Content-Type", "application/json").write("");
      watch.start(from, seconds, event -> response.write(event + "\n"), response::end);
    }
  }

  /** One watch; runs on its connection's event loop only. */
  private final class Watch {
    private final Kind kind;
    private final Predicate<JsonNode> wanted;
    private final Function<ObjectNode, ObjectNode> shown;
    private final Context context = Vertx.currentContext();
    private Function<String, Future<Void>> out = event -> Future.succeededFuture();
    private Runnable end = () -> {};
    private Runnable unfollow = () -> {};
    private long timer = -1;
    private boolean columnsSent;
    private boolean over;
    private int behind;

    Watch(Kind kind, Predicate<JsonNode> wanted, HttpServerRequest request) {
      this.kind = kind;
      this.wanted = wanted;
      boolean table = Answers.wantsTable(request);
      String include = Answers.includeObject(request);
      shown = object -> table ? Tables.of(kind, object, include, !columnsSent) : object;
    }

    void start(long from, long seconds, Function<String, Future<Void>> to, Runnable close) {
      out = to;
      end = close;
      try {
        unfollow = store.atomically(() -> store.follow(from == 0 ? snapshot() : from, this::heard));
        timer = context.owner().setTimer(Math.min(seconds, LONGEST_SECONDS) * 1000, id -> finish());
      } catch (ApiError tooOld) {
        write("ERROR", Statuses.failure(tooOld));
        finish();
      }
    }

    private long snapshot() {
      store.list(kind, Optional.empty()).stream().filter(wanted).forEach(o -> send("ADDED", o));
      return store.version();
    }

    /**
     * Under the store's lock, on any thread: an object changes in, enters or leaves the selection.
     */
    private void heard(MemoryStore.Event event) {
      if (event.kind() == kind) {
        ObjectNode object = event.change().object();
        boolean gone = event.change().type() == ObjectStore.Change.Type.DELETED;
        boolean was = event.before().filter(wanted).isPresent();
        if (!gone && wanted.test(object)) {
          send(was ? "MODIFIED" : "ADDED", object);
        } else if (was) {
          send("DELETED", object);
        }
      }
    }

    private void send(String type, ObjectNode object) {
      context.runOnContext(
          loop -> {
            write(type, shown.apply(object));
            columnsSent = true;
          });
    }

    private void write(String type, ObjectNode object) {
      if (over || ++behind > FURTHEST_BEHIND) {
        finish();
        return;
      }
      String event = Json.object().put("type", type).set("object", object).toString();
      out.apply(event).onComplete(written -> context.runOnContext(loop -> behind--));
    }

    private void finish() {
      if (!over) {
        stop();
        end.run();
      }
    }

    void stop() {
      over = true;
      unfollow.run();
      context.owner().cancelTimer(timer);
    }
  }
}
