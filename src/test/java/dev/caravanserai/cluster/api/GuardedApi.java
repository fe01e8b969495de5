package dev.caravanserai.cluster.api;

import io.vertx.core.Vertx;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.net.PfxOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An API server over TLS without objects that accepts only the current token: lists are empty,
 * watches stay open and send the events that the test gives.
 */
final class GuardedApi implements AutoCloseable {
  private static final String PASSWORD = "changeit";

  private final Vertx vertx = Vertx.vertx();
  private final KeyStore identity;
  private final HttpServer server;
  private final Set<ServerWebSocket> watches = ConcurrentHashMap.newKeySet();
  private final AtomicInteger refused = new AtomicInteger();
  private volatile String token = "";

  private GuardedApi(Path folder, boolean clientCertificates) throws Exception {
    Path file = folder.resolve("identity.p12");
    identity = makeIdentity(file);
    PfxOptions pfx = new PfxOptions().setPath(file.toString()).setPassword(PASSWORD);
    HttpServerOptions options =
        new HttpServerOptions()
            .setHost("127.0.0.1")
            .setPort(0)
            .setSsl(true)
            .setKeyCertOptions(pfx)
            .setTrustOptions(pfx)
            .setClientAuth(clientCertificates ? ClientAuth.REQUIRED : ClientAuth.NONE);
    server =
        vertx
            .createHttpServer(options)
            .requestHandler(this::answer)
            .listen()
            .toCompletionStage()
            .toCompletableFuture()
            .get(3, TimeUnit.MINUTES);
  }

  static GuardedApi start(Path folder) throws Exception {
    return new GuardedApi(folder, false);
  }

  /** One that accepts a client certificate instead of a token. */
  static GuardedApi withClientCertificates(Path folder) throws Exception {
    return new GuardedApi(folder, true);
  }

  /** With the JDK's keytool: an own certificate for 127.0.0.1. */
  static KeyStore makeIdentity(Path file) throws Exception {
    String keytool = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
    Process process =
        new ProcessBuilder(
                keytool,
                "-genkeypair",
                "-alias",
                "it",
                "-keyalg",
                "RSA",
                "-dname",
                "CN=it",
                "-ext",
                "san=ip:127.0.0.1",
                "-keystore",
                file.toString(),
                "-storetype",
                "PKCS12",
                "-storepass",
                PASSWORD)
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes());
    if (process.waitFor() != 0) {
      throw new IOException(said);
    }
    return KeyStore.getInstance(file.toFile(), PASSWORD.toCharArray());
  }

  int port() {
    return server.actualPort();
  }

  /** Its certificate, which is its own authority, as PEM. */
  String certificate() throws GeneralSecurityException {
    return certificate(identity);
  }

  static String certificate(KeyStore identity) throws GeneralSecurityException {
    return pem("CERTIFICATE", identity.getCertificate("it").getEncoded());
  }

  String key() throws GeneralSecurityException {
    return pem("PRIVATE KEY", identity.getKey("it", PASSWORD.toCharArray()).getEncoded());
  }

  private static String pem(String what, byte[] der) {
    return "-----BEGIN %1$s-----%n%2$s%n-----END %1$s-----%n"
        .formatted(what, Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der));
  }

  void accept(String token) {
    this.token = token;
    watches.forEach(ServerWebSocket::close);
  }

  int refused() {
    return refused.get();
  }

  int watches() {
    return watches.size();
  }

  /** Tells every watch of a resource. */
  void tell(String resource, String event) {
    watches.stream()
        .filter(watch -> watch.path().endsWith("/" + resource))
        .forEach(watch -> watch.writeTextMessage(event));
  }

  private void answer(HttpServerRequest request) {
    String authorization = String.valueOf(request.getHeader("Authorization"));
    if (!token.isEmpty() && !authorization.equals("Bearer " + token)) {
      refused.incrementAndGet();
      status(request, 401, "Unauthorized");
    } else if ("websocket".equalsIgnoreCase(request.getHeader("Upgrade"))) {
      request
          .toWebSocket()
          .onSuccess(
              watch -> {
                watches.add(watch);
                watch.closeHandler(end -> watches.remove(watch));
              });
    } else if (request.path().endsWith("selfsubjectaccessreviews")) {
      json(request, 201, "{\"status\":{\"allowed\":true}}");
    } else if (request.path().endsWith("s")) {
      json(request, 200, "{\"metadata\":{\"resourceVersion\":\"1\"},\"items\":[]}");
    } else {
      status(request, 404, "NotFound");
    }
  }

  private static void status(HttpServerRequest request, int code, String reason) {
    json(
        request,
        code,
        ("{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"status\":\"Failure\",\"reason\":\"%s\",\"code\":%d,"
                + "\"details\":{\"kind\":\"configmaps\",\"name\":\"%s\"}}")
            .formatted(reason, code, request.path().replaceFirst(".*/", "")));
  }

  private static void json(HttpServerRequest request, int code, String body) {
    request.response().setStatusCode(code).putHeader("Content-Type", "application/json").end(body);
  }

  @Override
  public void close() throws Exception {
    vertx.close().toCompletionStage().toCompletableFuture().get(3, TimeUnit.MINUTES);
  }
}
