package dev.caravanserai.component;

import dev.caravanserai.cluster.ContainerRef;
import dev.caravanserai.cluster.LogQuery;
import dev.caravanserai.life.Activity;
import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.FailureException;
import dev.caravanserai.session.InvalidRequestException;
import dev.caravanserai.session.Session;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.apache.camel.Exchange;
import org.apache.camel.Message;

/** Reads a session's log as bytes. */
final class LogsOperation implements PodOperation {
  private final PodServices services;
  private final SessionLookup lookup;
  private final Activity activity;

  LogsOperation(PodServices services, SessionLookup lookup, Activity activity) {
    this.services = services;
    this.lookup = lookup;
    this.activity = activity;
  }

  @Override
  public CompletionStage<byte[]> run(Exchange exchange) {
    return lookup
        .find(lookup.key(exchange), session -> session.pod().isPresent())
        .thenCompose(session -> read(session, exchange));
  }

  private CompletionStage<byte[]> read(Session session, Exchange exchange) {
    activity.used(session);
    return services
        .cluster()
        .logs()
        .read(container(session, exchange), query(exchange.getMessage()));
  }

  private static ContainerRef container(Session session, Exchange exchange) {
    String pod =
        session
            .pod()
            .orElseThrow(
                () ->
                    FailureException.of(
                        FailureCode.CONFLICT,
                        "Session %s is %s and has no pod, so it has no log."
                            .formatted(session.id(), session.state())))
            .name();
    return new ContainerRef(
        session.namespace(),
        pod,
        exchange.getMessage().getHeader(PodConstants.CONTAINER, session.container(), String.class));
  }

  private static Instant since(String text) {
    try {
      return text.matches("\\d{1,9}")
          ? Instant.now().minusSeconds(Long.parseLong(text))
          : OffsetDateTime.parse(text.replace(' ', '+')).toInstant();
    } catch (DateTimeException e) {
      throw InvalidRequestException.at(
          "/query/since",
          "must be a time as 2026-11-21T09:30:00Z, or a number of seconds, not " + text);
    }
  }

  private LogQuery query(Message message) {
    return new LogQuery(
        Optional.ofNullable(message.getHeader(PodConstants.TAIL, Integer.class)),
        Optional.ofNullable(message.getHeader(PodConstants.SINCE, String.class))
            .map(LogsOperation::since),
        message.getHeader(PodConstants.TIMESTAMPS, false, Boolean.class),
        message.getHeader(PodConstants.PREVIOUS, false, Boolean.class),
        services.execs().limits().outputBytes());
  }
}
