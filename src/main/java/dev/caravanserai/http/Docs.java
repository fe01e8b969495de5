package dev.caravanserai.http;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.Properties;

/**
 * Serves the contract at {@code /v1/openapi.yaml} and Swagger UI at {@code /v1/docs}. All files
 * come from this server; the content security policy forbids the page to load anything else.
 */
final class Docs {
  static final String PATH = "/v1/docs";

  static final String CONTRACT = "/v1/openapi.yaml";

  /** The contract, as route files name it. */
  static final String SPECIFICATION = "classpath:openapi/caravanserai.yaml";

  private static final String SWAGGER_UI = "/META-INF/maven/org.webjars/swagger-ui/pom.properties";
  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
          + " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
  private static final Map<String, String> TYPES =
      Map.of(
          "html", "text/html; charset=utf-8",
          "js", "text/javascript; charset=utf-8",
          "css", "text/css; charset=utf-8",
          "png", "image/png");

  private Docs() {}

  /** After the guard, before every route. */
  static void serve(Router router) {
    var webjar = "/META-INF/resources/webjars/swagger-ui/" + version() + "/";
    serve(router, CONTRACT, "/openapi/caravanserai.yaml", "application/yaml");
    page(router, "", "docs.html");
    page(router, "/", "docs.html");
    page(router, "/docs.js", "docs.js");
    for (var asset : new String[] {"swagger-ui.css", "swagger-ui-bundle.js", "favicon-32x32.png"}) {
      serve(router, PATH + "/" + asset, webjar + asset, type(asset));
    }
  }

  private static void page(Router router, String path, String resource) {
    serve(router, PATH + path, "/dev/caravanserai/http/" + resource, type(resource));
  }

  private static void serve(Router router, String path, String resource, String type) {
    router
        .route(path)
        .order(Integer.MIN_VALUE + 1)
        .method(HttpMethod.GET)
        .method(HttpMethod.HEAD)
        .blockingHandler(ctx -> send(ctx, resource, type), false);
  }

  private static void send(RoutingContext ctx, String resource, String type) {
    try (InputStream in = open(resource)) {
      ctx.response()
          .putHeader("Content-Type", type)
          .putHeader("Content-Security-Policy", POLICY)
          .putHeader("Referrer-Policy", "no-referrer")
          .end(Buffer.buffer(in.readAllBytes()));
    } catch (IOException e) {
      ctx.fail(e);
    }
  }

  private static String type(String name) {
    return TYPES.get(name.substring(name.lastIndexOf('.') + 1));
  }

  private static String version() {
    try (InputStream in = open(SWAGGER_UI)) {
      var properties = new Properties();
      properties.load(in);
      return properties.getProperty("version");
    } catch (IOException e) {
      throw new IllegalStateException(SWAGGER_UI + " cannot be read", e);
    }
  }

  private static InputStream open(String resource) throws IOException {
    var in = Docs.class.getResourceAsStream(resource);
    if (in == null) {
      throw new IOException("The class path lacks " + resource);
    }
    return in;
  }
}
