package dev.caravanserai.component;

import dev.caravanserai.cluster.ByteSource;
import dev.caravanserai.cluster.Cluster;
import dev.caravanserai.cluster.ContainerRef;
import dev.caravanserai.cluster.LogQuery;
import dev.caravanserai.component.kamelet.OutputMemory;
import dev.caravanserai.exec.Execs;
import dev.caravanserai.life.AnchorNotes;
import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.FailureException;
import dev.caravanserai.session.Session;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.apache.camel.Exchange;

/** Reads a session's log: its end as bytes in memory, or all of it as a {@link ByteSource}. */
final class LogsOperation implements PodOperation {
  private final boolean stream;
  private final PodServices services;
  private final SessionLookup lookup;
  private final AnchorNotes notes;
  private final Option<String> container;
  private final Option<Integer> tail;
  private final Option<Instant> since;
  private final Option<Boolean> timestamps;
  private final Option<Boolean> previous;
  private final Option<Boolean> follow;

  LogsOperation(
      boolean stream,
      PodEndpoint endpoint,
      PodServices services,
      SessionLookup lookup,
      AnchorNotes notes) {
    this.stream = stream;
    this.services = services;
    this.lookup = lookup;
    this.notes = notes;
    this.container = Option.text(endpoint, "container", endpoint.getContainer());
    this.tail = Option.number(endpoint, "tail", endpoint.getTail(), 0);
    this.since =
        new Option<>(
            endpoint,
            "since",
            endpoint.getSince(),
            LogsOperation::since,
            "a time as 2026-11-21T09:30:00Z, or a number of seconds");
    this.timestamps = Option.flag(endpoint, "timestamps", endpoint.getTimestamps());
    this.previous = Option.flag(endpoint, "previous", endpoint.getPrevious());
    this.follow = Option.flag(endpoint, "follow", endpoint.getFollow());
  }

  @Override
  public CompletionStage<?> run(Exchange exchange) {
    CompletionStage<ByteSource> log =
        lookup
            .find(lookup.key(exchange), session -> session.pod().isPresent())
            .thenCompose(session -> open(session, exchange));
    return stream
        ? log
        : log.thenCompose(
            source -> {
              Execs execs = services.execs();
              String tenant = lookup.key(exchange).tenant();
              OutputMemory memory = OutputMemory.next(exchange, execs.budget(), tenant);
              return new LogEnd(memory, execs.limits().outputBytes()).read(source, exchange);
            });
  }

  private CompletionStage<ByteSource> open(Session session, Exchange exchange) {
    notes.used(session);
    exchange.getMessage().removeHeader(PodConstants.TRUNCATED);
    ContainerRef of = container(session, exchange);
    LogQuery query = query(exchange);
    Cluster cluster = services.cluster();
    return cluster
        .logs()
        .open(of, query)
        .thenApply(
            log ->
                query.follow() && !query.previous()
                    ? new FollowedLog(log, cluster, services.timer(), session, of.container())
                    : log);
  }

  private ContainerRef container(Session session, Exchange exchange) {
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
        session.namespace(), pod, container.of(exchange).orElse(session.container()));
  }

  private static Optional<Instant> since(String text) {
    try {
      return Optional.of(
          text.matches("\\d{1,9}")
              ? Instant.now().minusSeconds(Long.parseLong(text))
              : OffsetDateTime.parse(text.replace(' ', '+')).toInstant());
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  private LogQuery query(Exchange exchange) {
    return new LogQuery(
        tail.of(exchange),
        since.of(exchange),
        timestamps.of(exchange).orElse(false),
        previous.of(exchange).orElse(false),
        stream && follow.of(exchange).orElse(false));
  }
}
