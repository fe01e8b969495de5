package dev.caravanserai.local;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerResponse;
import java.util.function.Function;
import java.util.function.Predicate;

/** One watch, over HTTP chunks or a WebSocket. Runs on its connection's event loop only. */
final class Watch {
  private static final long MAX_SECONDS = 3600;

  /** The watch of a client that is further behind is closed. */
  private static final int MAX_PENDING_EVENTS = 10_000;

  private final ObjectStore store;
  private final Kind kind;
  private final Predicate<JsonNode> wanted;
  private final boolean table;
  private final long from;
  private final long seconds;
  private final Context context = Vertx.currentContext();
  private Function<String, Future<Void>> out = event -> Future.succeededFuture();
  private Runnable end = () -> {};
  private Runnable unfollow = () -> {};
  private long timer = -1;
  private boolean columnsSent;
  private boolean over;
  private int behind;

  private Watch(ObjectStore store, Call call, ApiPath path) {
    this.store = store;
    kind = path.kind();
    wanted =
        Selectors.of(kind, call)
            .and(o -> path.namespace().isEmpty() || path.namespace().equals(Json.namespace(o)))
            .and(o -> path.name().isEmpty() || path.name().equals(Json.name(o)));
    table = call.wantsTable();
    from = call.number("resourceVersion").orElse(0L);
    seconds = call.number("timeoutSeconds").filter(s -> s > 0).orElse(MAX_SECONDS);
  }

  static void serve(ObjectStore store, Call call, ApiPath path) {
    if (call.text("sendInitialEvents").isPresent()) {
      throw ApiError.invalid(
          "sendInitialEvents: Forbidden: sendInitialEvents is forbidden for watch unless the"
              + " WatchList feature gate is enabled");
    }
    Watch watch = new Watch(store, call, path);
    if (call.wantsWebSocket()) {
      call.request()
          .toWebSocket()
          .onSuccess(
              socket -> {
                socket.closeHandler(closed -> watch.stop());
                watch.start(socket::writeTextMessage, socket::close);
              });
    } else {
      HttpServerResponse response = call.request().response();
      response.closeHandler(closed -> watch.stop());
      response.setChunked(true).putHeader("Content-Type", "application/json").write("");
      watch.start(event -> response.write(event + "\n"), response::end);
    }
  }

  private void start(Function<String, Future<Void>> to, Runnable close) {
    out = to;
    end = close;
    try {
      unfollow = store.follow(kind, from, this::onEvent);
      timer = context.owner().setTimer(Math.min(seconds, MAX_SECONDS) * 1000, id -> finish());
    } catch (ApiError tooOld) {
      write("ERROR", tooOld.status());
      finish();
    }
  }

  /** Runs with the store locked, on any thread. An object may enter or leave the selection. */
  private void onEvent(ObjectStore.Event event) {
    boolean is = event.change() != ObjectStore.Change.DELETED && wanted.test(event.object());
    boolean was = event.before().filter(wanted).isPresent();
    if (is || was) {
      String type = !is ? "DELETED" : was ? "MODIFIED" : "ADDED";
      context.runOnContext(loop -> send(type, event.object()));
    }
  }

  private void send(String type, ObjectNode object) {
    write(type, table ? Tables.of(kind, object, !columnsSent) : object);
    columnsSent = true;
  }

  private void write(String type, ObjectNode object) {
    if (over || ++behind > MAX_PENDING_EVENTS) {
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

  private void stop() {
    over = true;
    unfollow.run();
    context.owner().cancelTimer(timer);
  }
}
