package dev.caravanserai.local;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Watches, over HTTP chunks or a WebSocket. */
final class Watches {
  private static final long BOOKMARK_EVERY_MS = 10_000;
  private static final long LONGEST_SECONDS = 3600;

  /** A caller that is so many events behind is told to begin anew, rather than remembered. */
  private static final int FURTHEST_BEHIND = 10_000;

  /** Where a watch's events go. */
  private interface Outlet {
    Future<Void> write(String event);

    void end();
  }

  private final Vertx vertx;
  private final MemoryStore store;

  Watches(Vertx vertx, MemoryStore store) {
    this.vertx = vertx;
    this.store = store;
  }

  void serve(HttpServerRequest request, ApiPath path, Query query) {
    if (query.text("sendInitialEvents").isPresent()) {
      throw new ApiError(
          422,
          "Invalid",
          "sendInitialEvents: Forbidden: sendInitialEvents is forbidden for watch unless the"
              + " WatchList feature gate is enabled");
    }
    Predicate<JsonNode> wanted =
        Selectors.of(path.kind(), query)
            .and(o -> in(path.namespace(), o, "namespace"))
            .and(o -> in(path.name(), o, "name"));
    query.number("resourceVersion");
    query.number("timeoutSeconds");
    boolean table = Answers.wantsTable(request);
    String include = Answers.includeObject(request);
    if ("websocket".equalsIgnoreCase(request.getHeader("Upgrade"))) {
      request
          .toWebSocket()
          .onSuccess(
              socket -> {
                Watch watch = new Watch(path.kind(), wanted, query, table, include);
                socket.closeHandler(closed -> watch.stop());
                watch.start(
                    new Outlet() {
                      @Override
                      public Future<Void> write(String event) {
                        return socket.writeTextMessage(event);
                      }

                      @Override
                      public void end() {
                        socket.close((short) 1000);
                      }
                    });
              });
      return;
    }
    HttpServerResponse response = request.response();
    response.setChunked(true).putHeader("Content-Type", "application/json");
    Watch watch = new Watch(path.kind(), wanted, query, table, include);
    response.closeHandler(closed -> watch.stop());
    response.write(Buffer.buffer());
    watch.start(
        new Outlet() {
          @Override
          public Future<Void> write(String event) {
            return response.write(event + "\n");
          }

          @Override
          public void end() {
            response.end();
          }
        });
  }

  private static boolean in(Optional<String> wanted, JsonNode object, String field) {
    return wanted.map(w -> w.equals(object.path("metadata").path(field).asText())).orElse(true);
  }

  /** One watch; runs on its connection's event loop only. */
  private final class Watch {
    private final Kind kind;
    private final Predicate<JsonNode> wanted;
    private final Query query;
    private final boolean table;
    private final String include;
    private final Context context = vertx.getOrCreateContext();
    private Outlet outlet;
    private Runnable unfollow = () -> {};
    private long bookmarks = -1;
    private long timeout = -1;
    private boolean columnsSent;
    private boolean over;
    private int behind;

    Watch(Kind kind, Predicate<JsonNode> wanted, Query query, boolean table, String include) {
      this.kind = kind;
      this.wanted = wanted;
      this.query = query;
      this.table = table;
      this.include = include;
    }

    void start(Outlet to) {
      outlet = to;
      long from = query.number("resourceVersion").orElse(0L);
      try {
        unfollow = store.atomically(() -> store.follow(from == 0 ? snapshot() : from, this::heard));
      } catch (ApiError tooOld) {
        event("ERROR", Statuses.failure(tooOld));
        finish();
        return;
      }
      if (query.flag("allowWatchBookmarks")) {
        bookmarks = vertx.setPeriodic(BOOKMARK_EVERY_MS, id -> bookmark());
      }
      long seconds = query.number("timeoutSeconds").filter(s -> s > 0).orElse(LONGEST_SECONDS);
      timeout = vertx.setTimer(Math.min(seconds, LONGEST_SECONDS) * 1000, id -> finish());
    }

    private long snapshot() {
      store.list(kind, Optional.empty()).stream()
          .filter(wanted)
          .forEach(o -> context.runOnContext(v -> send("ADDED", o)));
      return store.version();
    }

    /** Under the store's lock, on any thread: an object that enters or leaves the selection. */
    private void heard(MemoryStore.Event event) {
      if (event.kind() != kind) {
        return;
      }
      ObjectNode object = event.change().object();
      boolean is = event.change().type() != ObjectStore.Change.Type.DELETED && wanted.test(object);
      boolean was = event.before().filter(wanted).isPresent();
      Stream.of(is ? was ? "MODIFIED" : "ADDED" : was ? "DELETED" : "")
          .filter(type -> !type.isEmpty())
          .forEach(type -> context.runOnContext(v -> send(type, object)));
    }

    private void send(String type, ObjectNode object) {
      event(type, table ? Tables.of(kind, object, include, !columnsSent) : object);
      columnsSent = true;
    }

    private void bookmark() {
      ObjectNode object = JsonNodeFactory.instance.objectNode();
      object.put("kind", kind.kind).put("apiVersion", kind.apiVersion());
      object.putObject("metadata").put("resourceVersion", Long.toString(store.version()));
      event("BOOKMARK", table ? Tables.of(kind, object, "Object", false) : object);
    }

    private void event(String type, JsonNode object) {
      if (over) {
        return;
      }
      if (++behind > FURTHEST_BEHIND) {
        finish();
        return;
      }
      ObjectNode event = JsonNodeFactory.instance.objectNode().put("type", type);
      event.set("object", object);
      outlet.write(event.toString()).onComplete(written -> context.runOnContext(v -> behind--));
    }

    private void finish() {
      if (!over) {
        stop();
        outlet.end();
      }
    }

    void stop() {
      over = true;
      unfollow.run();
      vertx.cancelTimer(bookmarks);
      vertx.cancelTimer(timeout);
    }
  }
}
