package dev.caravanserai.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.support.SynchronizationAdapter;
import org.junit.jupiter.api.Test;

/** A request is under way until its caller has the whole response, or has left. */
class AnswerEndTest {
  /** More than the sockets of both ends hold. */
  private static final int ANSWER = 24 << 20;

  private final AtomicInteger completed = new AtomicInteger();

  private final class Routes extends RouteBuilder {
    @Override
    public void configure() {
      from("platform-http:/much")
          .process(
              e -> {
                e.getMessage().setBody(new byte[ANSWER]);
                e.getExchangeExtension().addOnCompletion(new Completion());
              });
      from("platform-http:/text").setBody(constant("text"));
    }
  }

  private final class Completion extends SynchronizationAdapter {
    @Override
    public void onDone(Exchange exchange) {
      completed.incrementAndGet();
    }
  }

  /** A caller who has read the beginning. */
  private static Socket begin(HttpServer server) throws IOException {
    Socket caller = new Socket("127.0.0.1", server.port());
    String request =
        "GET /much HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer %s\r\n\r\n"
            .formatted(HttpServer.KEY);
    caller.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    assertThat(caller.getInputStream().readNBytes(12)).isNotEmpty();
    return caller;
  }

  @Test
  void exchange_is_done_once_the_caller_has_the_response_or_has_left() throws Exception {
    try (HttpServer server = HttpServer.with(new Routes());
        Socket reader = begin(server);
        Socket leaver = begin(server)) {
      // Given
      assertThat(server.get("/text").body()).isEqualTo("text");
      await().until(() -> server.inflight() == 2);
      assertThat(completed).hasValue(0);

      // When
      leaver.close();
      await().until(() -> server.inflight() == 1);
      int rest = reader.getInputStream().readAllBytes().length;

      // Then
      assertThat(rest).isGreaterThanOrEqualTo(ANSWER);
      await().until(() -> server.inflight() == 0);
      assertThat(completed).hasValue(2);
    }
  }
}
