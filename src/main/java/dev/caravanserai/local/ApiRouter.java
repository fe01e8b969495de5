package dev.caravanserai.local;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Optional;
import java.util.Set;
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
    refusing(
        request,
        () -> {
          String given = Optional.ofNullable(request.getHeader("Authorization")).orElse("");
          if (!MessageDigest.isEqual(authorization, given.getBytes(StandardCharsets.UTF_8))) {
            throw new ApiError(401, "Unauthorized", "Unauthorized");
          }
          route(request);
        });
  }

  private void route(HttpServerRequest request) {
    String path = request.path();
    Optional<ObjectNode> document = Discovery.document(path);
    if (document.isPresent() && request.method().equals(HttpMethod.GET)) {
      Answers.json(request, 200, document.get());
      return;
    }
    if (Set.of("/healthz", "/livez", "/readyz").contains(path)) {
      request.response().putHeader("Content-Type", "text/plain").end("ok");
      return;
    }
    if (path.equals(Discovery.ACCESS_REVIEWS) && request.method().equals(HttpMethod.POST)) {
      withBody(
          request,
          body -> Answers.json(request, 201, AccessReview.answer(json(request, body), store)));
      return;
    }
    ApiPath target = ApiPath.parse(path).orElseThrow(() -> notServed(path));
    Query query = new Query(request.params());
    if (target.subresource().isPresent() && !target.subresource().get().equals("status")) {
      subresource(request, target, query);
    } else if (target.subresource().isPresent() && !Resources.WITH_STATUS.contains(target.kind())) {
      throw notServed(path);
    } else if (request.method().equals(HttpMethod.GET)) {
      read(request, target, query);
    } else {
      withBody(request, body -> write(request, target, query, body));
    }
  }

  private void subresource(HttpServerRequest request, ApiPath path, Query query) {
    String what = path.kind().plural + "/" + path.subresource().orElse("");
    ObjectNode pod =
        resources.get(path.kind(), path.namespace().orElse(""), path.name().orElse(""));
    switch (what) {
      case "pods/log" -> {
        only(request, HttpMethod.GET);
        logs.serve(request, pod, query);
      }
      case "pods/exec" -> execs.serve(request, pod, query);
      default ->
          throw new ApiError(
              404,
              "NotFound",
              "the local cluster does not serve %s; of pods it serves status, log and exec"
                  .formatted(what));
    }
  }

  private void read(HttpServerRequest request, ApiPath path, Query query) {
    Kind kind = path.kind();
    if (query.flag("watch")) {
      watches.serve(request, path, query);
    } else if (path.name().isPresent()) {
      Answers.object(
          request, 200, kind, resources.get(kind, path.namespace().orElse(""), path.name().get()));
    } else {
      Answers.object(request, 200, kind, resources.list(kind, path.namespace(), query));
    }
  }

  private void write(HttpServerRequest request, ApiPath path, Query query, Buffer body) {
    Kind kind = path.kind();
    String method = request.method().name();
    boolean named = path.name().isPresent();
    boolean misnamed = named ? method.equals("POST") : !method.matches("POST|DELETE");
    if (kind.namespaced && path.namespace().isEmpty() || misnamed) {
      throw notAllowed(request);
    }
    String name = path.name().orElse("");
    switch (method) {
      case "POST" ->
          Answers.object(
              request,
              201,
              kind,
              resources.create(kind, path.namespace(), json(request, body), query));
      case "PUT" ->
          Answers.object(
              request, 200, kind, resources.replace(path, name, json(request, body), query));
      case "PATCH" ->
          Answers.object(
              request,
              200,
              kind,
              resources.patch(path, name, Answers.contentType(request), body.getBytes(), query));
      case "DELETE" -> delete(request, path, query, body);
      default -> throw notAllowed(request);
    }
  }

  private void delete(HttpServerRequest request, ApiPath path, Query query, Buffer body) {
    Kind kind = path.kind();
    DeleteOptions options =
        DeleteOptions.of(
            body.length() == 0 ? JsonNodeFactory.instance.objectNode() : json(request, body),
            query);
    if (path.name().isEmpty()) {
      ObjectNode list = JsonNodeFactory.instance.objectNode();
      list.put("apiVersion", kind.apiVersion()).put("kind", kind.kind + "List");
      list.putObject("metadata").put("resourceVersion", Long.toString(store.version()));
      list.set("items", resources.deletions().deleteAll(kind, path.namespace(), query, options));
      Answers.json(request, 200, list);
      return;
    }
    ObjectNode last =
        resources.deletions().delete(kind, path.namespace().orElse(""), path.name().get(), options);
    boolean whole = kind == Kind.POD || last.at("/metadata").hasNonNull("deletionTimestamp");
    Answers.json(request, 200, whole ? last : Statuses.deleted(kind, last));
  }

  private void withBody(HttpServerRequest request, Handler<Buffer> next) {
    String length = Optional.ofNullable(request.getHeader("Content-Length")).orElse("0");
    if (length.length() > 9 || Integer.parseInt(length) > LARGEST_BODY) {
      throw new ApiError(
          413, "RequestEntityTooLarge", "the body is larger than " + LARGEST_BODY + " bytes");
    }
    Buffer whole = Buffer.buffer();
    request.handler(
        part -> {
          if (whole.length() <= LARGEST_BODY) {
            whole.appendBuffer(part);
          }
        });
    request.endHandler(
        end ->
            refusing(
                request,
                () -> {
                  if (whole.length() > LARGEST_BODY) {
                    throw new ApiError(
                        413, "RequestEntityTooLarge", "the body is larger than 3145728 bytes");
                  }
                  next.handle(whole);
                }));
  }

  private static void refusing(HttpServerRequest request, Runnable step) {
    try {
      step.run();
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

  private static void only(HttpServerRequest request, HttpMethod method) {
    if (!request.method().equals(method)) {
      throw notAllowed(request);
    }
  }

  private static ApiError notServed(String path) {
    return new ApiError(404, "NotFound", "the local cluster does not serve " + path);
  }

  private static ApiError notAllowed(HttpServerRequest request) {
    return new ApiError(
        405,
        "MethodNotAllowed",
        "the local cluster does not serve %s on %s".formatted(request.method(), request.path()));
  }
}
