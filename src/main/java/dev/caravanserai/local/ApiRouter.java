package dev.caravanserai.local;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Brings each request to its verb, and each refusal back as a {@code Status}. */
final class ApiRouter implements Handler<HttpServerRequest> {
  private static final Logger LOG = LoggerFactory.getLogger(ApiRouter.class);
  private static final int LARGEST_BODY = 3 * 1024 * 1024;

  private final byte[] authorization;
  private final MemoryStore store;
  private final Resources resources;
  private final Watches watches;
  private final LogEndpoint logs;
  private final ExecSocket execs;

  ApiRouter(
      String token,
      MemoryStore store,
      Resources resources,
      Watches watches,
      LogEndpoint logs,
      ExecSocket execs) {
    this.authorization = ("Bearer " + token).getBytes(StandardCharsets.UTF_8);
    this.store = store;
    this.resources = resources;
    this.watches = watches;
    this.logs = logs;
    this.execs = execs;
  }

  @Override
  public void handle(HttpServerRequest request) {
    refusing(request, this::route);
  }

  private void route(HttpServerRequest request) {
    byte[] given = Answers.header(request, "Authorization").getBytes(StandardCharsets.UTF_8);
    if (!MessageDigest.isEqual(authorization, given)) {
      throw new ApiError(401, "Unauthorized", "Unauthorized");
    }
    String call = request.method() + " " + request.path();
    Optional<ObjectNode> document = Discovery.document(call);
    if (document.isPresent()) {
      Answers.json(request, 200, document.get());
    } else if (Set.of("GET /healthz", "GET /livez", "GET /readyz").contains(call)) {
      request.response().putHeader("Content-Type", "text/plain").end("ok");
    } else if (call.equals("GET /openapi/v2")) {
      // No schema, as protobuf: kubectl 1.28 and older want it so, beside what v3 says.
      request.response().putHeader("Content-Type", Discovery.OPENAPI_V2).end();
    } else if (call.equals("POST " + Discovery.ACCESS_REVIEWS)) {
      withBody(request, b -> Answers.json(request, 201, Discovery.review(json(request, b), store)));
    } else {
      ApiPath path = ApiPath.parse(request.path()).orElseThrow(() -> notServed(request.path()));
      resource(request, path, new Query(request.params()));
    }
  }

  private void resource(HttpServerRequest request, ApiPath path, Query query) {
    boolean get = request.method().name().equals("GET");
    switch (path.kind().plural + "/" + path.subresource()) {
      case "pods/exec" -> execs.serve(request, resources.get(path), query);
      case "pods/log" -> {
        if (!get) {
          throw notAllowed(request);
        }
        logs.serve(request, resources.get(path), query);
      }
      default -> {
        if (!path.subresource().isEmpty()) {
          throw notServed(path.subresource() + "; of subresources it serves pods' log and exec");
        } else if (!get) {
          withBody(request, body -> write(request, path, query, body));
        } else if (query.flag("watch")) {
          watches.serve(request, path, query);
        } else {
          boolean list = path.name().isEmpty();
          ObjectNode found = list ? resources.list(path, query) : resources.get(path);
          Answers.object(request, 200, path.kind(), found);
        }
      }
    }
  }

  private void write(HttpServerRequest request, ApiPath path, Query query, Buffer body) {
    if (path.kind().namespaced && path.within().isEmpty()) {
      throw notAllowed(request);
    }
    Kind kind = path.kind();
    String type = Answers.contentType(request);
    boolean dry = query.dryRun();
    switch (request.method() + (path.name().isEmpty() ? "" : " name")) {
      case "POST" ->
          Answers.object(request, 201, kind, resources.create(path, json(request, body), dry));
      case "PUT name" ->
          Answers.object(
              request, 200, kind, resources.change(path, old -> json(request, body), dry));
      case "PATCH name" ->
          Answers.object(request, 200, kind, resources.patch(path, type, body.getBytes(), dry));
      case "DELETE name" -> {
        ObjectNode last = resources.deletions().delete(path, options(request, query, body));
        boolean whole = kind == Kind.POD || Json.leaving(last);
        Answers.json(request, 200, whole ? last : Statuses.deleted(kind, last));
      }
      case "DELETE" -> {
        ObjectNode list = Json.object().put("apiVersion", kind.apiVersion());
        list.put("kind", kind.kind + "List").putObject("metadata");
        Deletions.Options options = options(request, query, body);
        list.set("items", resources.deletions().deleteAll(path, query, options));
        Answers.json(request, 200, list);
      }
      default -> throw notAllowed(request);
    }
  }

  private static Deletions.Options options(HttpServerRequest request, Query query, Buffer body) {
    return Deletions.Options.of(body.length() == 0 ? Json.object() : json(request, body), query);
  }

  private static void withBody(HttpServerRequest request, Consumer<Buffer> next) {
    Buffer whole = Buffer.buffer();
    request.handler(
        part -> whole.appendBuffer(whole.length() > LARGEST_BODY ? Buffer.buffer() : part));
    request.endHandler(
        end ->
            refusing(
                request,
                r -> {
                  if (whole.length() > LARGEST_BODY) {
                    String message = "the body is larger than " + LARGEST_BODY + " bytes";
                    throw new ApiError(413, "RequestEntityTooLarge", message);
                  }
                  next.accept(whole);
                }));
  }

  private static void refusing(HttpServerRequest request, Consumer<HttpServerRequest> step) {
    try {
      step.accept(request);
    } catch (ApiError e) {
      Answers.json(request, e.code, Statuses.failure(e));
    } catch (RuntimeException e) {
      LOG.error("local cluster: {} {} failed", request.method(), request.path(), e);
      Answers.json(request, 500, Statuses.failure(500, "InternalError", "Internal error: " + e));
    }
  }

  private static ObjectNode json(HttpServerRequest request, Buffer body) {
    return Patches.body(Answers.contentType(request), body.getBytes());
  }

  private static ApiError notServed(String what) {
    return ApiError.notFound("the local cluster does not serve " + what);
  }

  private static ApiError notAllowed(HttpServerRequest request) {
    String message = "the local cluster does not serve %s on %s";
    return new ApiError(
        405, "MethodNotAllowed", message.formatted(request.method(), request.path()));
  }
}
