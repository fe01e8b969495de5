package dev.caravanserai.component;

import dev.caravanserai.cluster.Cluster;
import dev.caravanserai.cluster.SessionKey;
import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.FailureException;
import dev.caravanserai.session.Session;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.camel.Exchange;
import org.apache.camel.Expression;

/** Finds the session that an exchange is about. */
final class SessionLookup {
  private final PodEndpoint endpoint;
  private final Cluster cluster;
  private final Optional<Expression> sessionId;

  SessionLookup(PodEndpoint endpoint, Cluster cluster) {
    this.endpoint = endpoint;
    this.cluster = cluster;
    this.sessionId =
        Optional.ofNullable(endpoint.getSessionId())
            .map(
                text ->
                    endpoint.getCamelContext().resolveLanguage("simple").createExpression(text));
  }

  /** The key that the endpoint or the exchange's headers name. */
  SessionKey key(Exchange exchange) {
    String id =
        sessionId
            .map(e -> e.evaluate(exchange, String.class))
            .orElseGet(
                () -> exchange.getMessage().getHeader(PodConstants.SESSION_ID, String.class));
    if (id == null) {
      throw FailureException.of(
          FailureCode.INVALID_REQUEST,
          "No session is named: set the header "
              + PodConstants.SESSION_ID
              + ", or the option sessionId.");
    }
    return new SessionKey(tenant(exchange), id);
  }

  String tenant(Exchange exchange) {
    return exchange.getMessage().getHeader(PodConstants.TENANT, endpoint.getTenant(), String.class);
  }

  /**
   * The session as the watches last saw it, or as it is now where they have not told of it.
   *
   * @return fails with NOT_FOUND, or CLUSTER_UNREACHABLE where that cannot be said
   */
  CompletionStage<Session> find(SessionKey key) {
    Optional<Session> told = cluster.sessions().find(key);
    if (told.filter(session -> !podMissing(session)).isPresent()) {
      return CompletableFuture.completedFuture(told.get());
    }
    return cluster
        .lookFor(key)
        .thenApply(asked -> cluster.sessions().find(key).orElseThrow(() -> notFound(key)));
  }

  /** Anchors and pods are watched apart: of one that started, only the pod may not be told yet. */
  private static boolean podMissing(Session session) {
    return session.pod().isEmpty() && session.startedAt().isPresent();
  }

  static FailureException notFound(SessionKey key) {
    return FailureException.of(
        FailureCode.NOT_FOUND,
        "There is no session %s. It may have been stopped, or have outlived its time; list the sessions to see which there are."
            .formatted(key.id()));
  }
}
