package dev.caravanserai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.URI;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The API page in a real browser. */
@Tag("local")
@ExtendWith(NothingLeftBehind.class)
class DocsPageIT {
  @RegisterExtension static final TestServer SERVER = new TestServer();

  private static final String LIST = "#operations-sessions-listSessions";

  private final URI url = SERVER.server().url();
  private Browser browser;

  @BeforeEach
  void open() throws IOException {
    assumeTrue(Browser.program().isPresent(), "needs chromium");
    browser = Browser.start(Browser.program().get(), TestServer.KEY);
    browser.open(url.resolve("/v1/docs"));
    browser.waitFor(LIST);
  }

  @AfterEach
  void close() {
    if (browser != null) {
      browser.close();
    }
  }

  @Test
  void page_lists_every_operation_and_requests_nothing_from_other_hosts() {
    await()
        .untilAsserted(
            () ->
                assertThat(browser.text(".opblock-summary-path").replace("\u200b", "").lines())
                    .containsExactlyInAnyOrder(
                        "/v1/sessions",
                        "/v1/sessions",
                        "/v1/sessions/{id}",
                        "/v1/sessions/{id}",
                        "/v1/sessions/{id}/exec",
                        "/v1/sessions/{id}/logs"));
    assertThat(browser.requested())
        .allMatch(address -> address.startsWith(url.toString()) || address.startsWith("data:"));
    assertThat(browser.complaints()).isEmpty();
  }

  @Test
  void sessions_can_be_listed_with_an_api_key() {
    // Given
    browser.click(".btn.authorize");
    browser.type(".modal-ux input[aria-label=auth-bearer-value]", TestServer.KEY);
    browser.click(".modal-ux .btn.authorize");
    browser.click(".modal-ux .btn-done");

    // When
    browser.click(LIST + " .opblock-summary-control");
    await("references of the contract are resolved; before, Execute fails")
        .untilAsserted(
            () -> assertThat(browser.text(LIST)).contains("The API key is missing or wrong"));
    browser.click(LIST + " .execute");

    // Then
    String status = LIST + " .live-responses-table .response-col_status";
    await().untilAsserted(() -> assertThat(browser.text(status)).contains("200"));
    assertThat(browser.text(LIST + " .live-responses-table .response-col_description"))
        .contains("items");
    assertThat(browser.complaints()).isEmpty();
  }
}
