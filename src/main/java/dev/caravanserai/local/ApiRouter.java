package dev.caravanserai.local;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.security.MessageDigest;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Routes each request to its operation, and answers each error with a {@code Status}. */
record ApiRouter(
    String token, ObjectStore store, Resources resources, ProcessKubelet kubelet, ExecSocket execs)
    implements Handler<HttpServerRequest> {
  private static final Logger LOG = LoggerFactory.getLogger(ApiRouter.class);
  private static final int MAX_BODY_BYTES = 3 * 1024 * 1024;

  @Override
  public void handle(HttpServerRequest request) {
    Call call = new Call(request);
    answeringErrors(call, () -> route(call, request.method() + " " + request.path()));
  }

  private void route(Call call, String asked) {
    byte[] given = call.header("Authorization").getBytes(UTF_8);
    if (!MessageDigest.isEqual(("Bearer " + token).getBytes(UTF_8), given)) {
      throw new ApiError(401, "Unauthorized", "Unauthorized");
    }
    Optional<ObjectNode> document = Discovery.document(asked);
    if (document.isPresent()) {
      call.answer(200, document.get());
    } else if (Set.of("GET /healthz", "GET /livez", "GET /readyz").contains(asked)) {
      call.request().response().putHeader("Content-Type", "text/plain").end("ok");
    } else if (asked.equals("GET /openapi/v2")) {
      // An empty schema in protobuf: kubectl up to 1.28 reads it in addition to v3.
      call.request().response().putHeader("Content-Type", Discovery.OPENAPI_V2).end();
    } else if (asked.equals("POST " + Discovery.ACCESS_REVIEWS)) {
      withBody(call, body -> call.answer(201, Discovery.review(json(call, body), store)));
    } else {
      String path = call.request().path();
      resource(call, ApiPath.parse(path).orElseThrow(() -> notServed(path)));
    }
  }

  private void resource(Call call, ApiPath path) {
    boolean get = call.request().method().name().equals("GET");
    String part = path.subresource();
    if (path.kind() == Kind.POD && part.equals("exec")) {
      execs.serve(call, resources.get(path));
    } else if (path.kind() == Kind.POD && part.equals("log") && get) {
      LogReader.serve(kubelet, call, resources.get(path));
    } else if (!part.isEmpty()) {
      throw notServed(part + "; its subresources are log and exec of pods");
    } else if (path.kind() == Kind.EVENT_VIEW && (!get || call.flag("watch"))) {
      throw notAllowed(call);
    } else if (!get) {
      withBody(call, body -> write(call, path, body));
    } else if (call.flag("watch")) {
      Watch.serve(store, call, path);
    } else {
      boolean list = path.name().isEmpty();
      call.answer(200, path.kind(), list ? resources.list(path, call) : resources.get(path));
    }
  }

  private void write(Call call, ApiPath path, Buffer body) {
    Kind kind = path.kind();
    boolean dry = call.dryRun();
    if (kind.namespaced && path.within().isEmpty()) {
      throw notAllowed(call);
    }
    switch (call.request().method() + (path.name().isEmpty() ? "" : " name")) {
      case "POST" -> call.answer(201, kind, resources.create(path, json(call, body), dry));
      case "PUT name" -> call.answer(200, kind, resources.update(path, json(call, body), dry));
      case "PATCH name" ->
          call.answer(200, kind, resources.patch(path, call.contentType(), body.getBytes(), dry));
      case "DELETE name" -> {
        ObjectNode last = resources.deletions().delete(path, options(call, body));
        boolean whole = kind == Kind.POD || Json.terminating(last);
        call.answer(200, whole ? last : deleted(kind, last));
      }
      case "DELETE" -> call.answer(200, resources.deleteAll(path, call, options(call, body)));
      default -> throw notAllowed(call);
    }
  }

  private static ObjectNode deleted(Kind kind, ObjectNode object) {
    ObjectNode status = Json.status("Success");
    ObjectNode details = status.putObject("details").put("name", Json.name(object));
    details.put("group", kind.group).put("kind", kind.plural).put("uid", Json.uid(object));
    return status;
  }

  private static Deletions.Options options(Call call, Buffer body) {
    return Deletions.Options.of(body.length() == 0 ? Json.object() : json(call, body), call);
  }

  private static void withBody(Call call, Consumer<Buffer> next) {
    Buffer body = Buffer.buffer();
    call.request()
        .handler(
            part -> (body.length() > MAX_BODY_BYTES ? Buffer.buffer() : body).appendBuffer(part))
        .endHandler(end -> answeringErrors(call, () -> next.accept(checkSize(body))));
  }

  private static Buffer checkSize(Buffer body) {
    if (body.length() > MAX_BODY_BYTES) {
      String message = "the body is larger than " + MAX_BODY_BYTES + " bytes";
      throw new ApiError(413, "RequestEntityTooLarge", message);
    }
    return body;
  }

  private static void answeringErrors(Call call, Runnable step) {
    try {
      step.run();
    } catch (ApiError e) {
      call.answer(e.code, e.status());
    } catch (Throwable e) { // without an answer, the client would wait
      LOG.error("local cluster: {} {} failed", call.request().method(), call.request().path(), e);
      call.answer(500, ApiError.internal("Internal error: " + e).status());
    }
  }

  private static ObjectNode json(Call call, Buffer body) {
    return Patches.body(call.contentType(), body.getBytes());
  }

  private static ApiError notServed(String what) {
    return ApiError.notFound("the local cluster does not serve " + what);
  }

  private static ApiError notAllowed(Call call) {
    String asked = call.request().method() + " on " + call.request().path();
    return new ApiError(405, "MethodNotAllowed", "the local cluster does not serve " + asked);
  }
}
