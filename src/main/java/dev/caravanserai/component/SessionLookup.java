package dev.caravanserai.component;

import dev.caravanserai.cluster.Cluster;
import dev.caravanserai.life.Start;
import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.FailureException;
import dev.caravanserai.session.Session;
import dev.caravanserai.session.SessionKey;
import dev.caravanserai.session.State;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import org.apache.camel.Exchange;

/** Finds the session that an exchange is about. */
final class SessionLookup {
  private final PodEndpoint endpoint;
  private final Cluster cluster;
  private final ActingTenant tenant;
  private final Option<String> sessionId;

  SessionLookup(PodEndpoint endpoint, Cluster cluster, ActingTenant tenant) {
    this.endpoint = endpoint;
    this.cluster = cluster;
    this.tenant = tenant;
    this.sessionId = Option.text(endpoint, "sessionId", endpoint.getSessionId());
  }

  /** The key of the start that is the body, or of the id that the endpoint or the header names. */
  SessionKey key(Exchange exchange) {
    if (endpoint.getSessionId() == null && exchange.getMessage().getBody() instanceof Start start) {
      return start.key();
    }
    Optional<String> id =
        endpoint.getSessionId() == null
            ? Optional.ofNullable(
                exchange.getMessage().getHeader(PodConstants.SESSION_ID, String.class))
            : sessionId.of(exchange);
    if (id.isEmpty()) {
      throw FailureException.of(
          FailureCode.INVALID_REQUEST,
          "No session is named: give the option sessionId, or the header %s, which a start sets."
              .formatted(PodConstants.SESSION_ID));
    }
    return new SessionKey(cluster.name(), tenant(exchange), id.get());
  }

  /** Whether the body is a start that another request has begun. */
  boolean joined(Exchange exchange) {
    return exchange.getMessage().getBody() instanceof Start start && start.joined();
  }

  /** The session of the start that is the body, if this request began it. */
  Optional<SessionKey> started(Exchange exchange) {
    return Optional.ofNullable(exchange.getMessage().getBody())
        .filter(Start.class::isInstance)
        .map(Start.class::cast)
        .filter(start -> !start.joined())
        .map(Start::key);
  }

  String tenant(Exchange exchange) {
    return tenant.of(exchange);
  }

  /**
   * The session as the watches last reported it; if they have not, it is read from the cluster.
   *
   * @return fails with NOT_FOUND, or with CLUSTER_UNREACHABLE if the cluster does not answer
   */
  CompletionStage<Session> find(SessionKey key) {
    return find(key, session -> true);
  }

  /**
   * The session as the watches last reported it if it is accepted, else as read from the cluster.
   *
   * @param accepted whether the reported session is recent enough for the caller
   * @return fails with NOT_FOUND, or with CLUSTER_UNREACHABLE if the cluster does not answer
   */
  CompletionStage<Session> find(SessionKey key, Predicate<Session> accepted) {
    Optional<Session> reported = cluster.sessions().find(key);
    if (reported.filter(session -> !podMissing(session)).filter(accepted).isPresent()) {
      return CompletableFuture.completedFuture(reported.get());
    }
    return cluster
        .sessions()
        .refresh(key)
        .thenApply(
            now -> {
              Session last = cluster.sessions().find(key).orElseThrow(() -> notFound(key));
              return accepted.test(last) ? last : now.orElse(last);
            });
  }

  /** Anchors and pods are watched separately: the pod of one that runs may not be reported yet. */
  private static boolean podMissing(Session session) {
    return session.pod().isEmpty() && session.state() == State.RUNNING;
  }

  static FailureException notFound(SessionKey key) {
    return FailureException.of(
        FailureCode.NOT_FOUND,
        "There is no session %s. It may have been stopped, or have outlived its time; list the sessions to see which there are."
            .formatted(key.id()));
  }
}
