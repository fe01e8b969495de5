package dev.caravanserai.http;

import dev.caravanserai.cluster.ByteSource;
import dev.caravanserai.session.ExecResult;
import dev.caravanserai.session.ExecSpec;
import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.FailureException;
import dev.caravanserai.session.Outcome;
import dev.caravanserai.session.Principal;
import dev.caravanserai.session.SampleSessions;
import dev.caravanserai.session.Session;
import dev.caravanserai.session.SessionKey;
import dev.caravanserai.session.SessionPage;
import dev.caravanserai.session.State;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.apache.camel.RoutesBuilder;
import org.apache.camel.builder.RouteBuilder;

/** The routes of the API as callers see them; the sessions behind them are made up. */
final class ApiServer implements AutoCloseable {
  record Call(
      String what,
      Object body,
      Map<String, Object> headers,
      Map<String, Object> variables,
      Principal principal) {}

  private static final Instant NOW = Instant.parse("2026-11-21T09:30:00Z");

  private static final byte[] LOG =
      "2026-11-21T09:30:00.5Z one\n2026-11-21T09:30:01.123456789Z two words\n"
          .getBytes(StandardCharsets.UTF_8);

  private final Deque<Call> calls = new ConcurrentLinkedDeque<>();
  private final Gate gate = new Gate(executed());
  private final HttpServer server;

  /**
   * @param others routes besides those of the API
   */
  ApiServer(RoutesBuilder... others) {
    server =
        HttpServer.with(
            Map.of(),
            "file:routes/api.camel.yaml,file:routes/errors.camel.yaml",
            Stream.concat(Stream.of(new Sessions()), Stream.of(others))
                .toArray(RoutesBuilder[]::new));
  }

  HttpServer server() {
    return server;
  }

  /** What reached the session routes. */
  Deque<Call> calls() {
    return calls;
  }

  /** Holds execs in the session {@code slow}. */
  Gate gate() {
    return gate;
  }

  @Override
  public void close() {
    server.close();
  }

  private final class Sessions extends RouteBuilder {
    @Override
    public void configure() {
      errorHandler(noErrorHandler());
      from("direct:session-start").process(e -> answer(e, "start", started(e)));
      from("direct:session-start-later").process(e -> answer(e, "start-later", started(e)));
      from("direct:session-get").process(e -> answer(e, "get", found(e)));
      from("direct:session-list")
          .process(
              e ->
                  answer(
                      e,
                      "list",
                      new SessionPage(List.of(session("a", State.RUNNING)), Optional.of("more"))));
      from("direct:session-stop").process(e -> answer(e, "stop", found(e)));
      from("direct:session-exec")
          .choice()
          .when(header("CamelPodSessionId").isEqualTo("slow"))
          .process(gate)
          .otherwise()
          .process(e -> answer(e, "exec", executed().withEncoding(encoding(e))));
      from("direct:session-logs").process(e -> answer(e, "logs", ByteSource.of(LOG)));
    }
  }

  private void answer(Exchange exchange, String what, Object body) {
    var message = exchange.getMessage();
    var headers = new java.util.TreeMap<String, Object>(message.getHeaders());
    calls.add(
        new Call(
            what,
            message.getBody(),
            headers,
            exchange.getVariables(),
            exchange.getProperty(Principal.PROPERTY, Principal.class)));
    message.setBody(body);
  }

  private static Session started(Exchange exchange) {
    var request = exchange.getMessage().getBody(Map.class);
    return session(String.valueOf(request.getOrDefault("id", "made")), State.RUNNING);
  }

  private static Session found(Exchange exchange) {
    var id = exchange.getMessage().getHeader("CamelPodSessionId", String.class);
    if (id.equals("none")) {
      throw FailureException.of(FailureCode.NOT_FOUND, "There is no session none.");
    }
    return session(id, State.RUNNING);
  }

  private static ExecSpec.Encoding encoding(Exchange exchange) {
    return "base64".equals(exchange.getMessage().getBody(Map.class).get("encoding"))
        ? ExecSpec.Encoding.BASE64
        : ExecSpec.Encoding.UTF8;
  }

  private static ExecResult executed() {
    var out = new ExecResult.Output(new byte[] {-1, 0, 'x'}, 3);
    var err = new ExecResult.Output(new byte[0], 0);
    return new ExecResult("e1", Outcome.exited(7), out, err, Duration.ofMillis(12));
  }

  private static Session session(String id, State state) {
    return SampleSessions.of(
        new SessionKey("local", "default", id),
        to ->
            to.profile("default")
                .state(state)
                .ready(state == State.RUNNING)
                .image("busybox:1")
                .namespace("sessions")
                .container("main")
                .createdAt(NOW)
                .startedAt(Optional.of(NOW))
                .lastActivityAt(NOW)
                .expiresAt(NOW.plusSeconds(60)));
  }
}
