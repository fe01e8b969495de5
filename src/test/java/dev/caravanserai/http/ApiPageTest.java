package dev.caravanserai.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** The contract and its page need no other host. */
class ApiPageTest {
  @AutoClose private static final ApiServer API = new ApiServer();

  private final HttpServer server = API.server();

  @Test
  void contract_and_its_page_need_no_other_host() {
    var contract = server.get("/v1/openapi.yaml");
    assertThat(contract.body()).startsWith("openapi: 3");
    assertThat(contract.headers().firstValue("Content-Type")).hasValue("application/yaml");
    var page = server.get("/v1/docs");
    assertThat(page.body())
        .contains("/v1/docs/swagger-ui-bundle.js")
        .doesNotContain("http://")
        .doesNotContain("https://");
    assertThat(page.headers().firstValue("Content-Security-Policy").orElse(""))
        .contains("default-src 'none'")
        .doesNotContain("unsafe");
    for (var asset :
        List.of("docs.js", "swagger-ui.css", "swagger-ui-bundle.js", "favicon-32x32.png")) {
      assertThat(server.get("/v1/docs/" + asset).statusCode()).as(asset).isEqualTo(200);
    }
    var refused = server.send(server.anonymous("/v1/docs"));
    assertThat(refused.headers().allValues("WWW-Authenticate"))
        .anyMatch(c -> c.startsWith("Basic "));
  }
}
