package dev.caravanserai.http;

import io.vertx.ext.web.Router;

/** The contract, and the page to try it. */
final class Docs {
  static final String PATH = "/v1/docs";

  private Docs() {}

  static void serve(Router router) {}
}
