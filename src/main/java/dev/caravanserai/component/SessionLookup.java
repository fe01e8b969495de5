package dev.caravanserai.component;

import dev.caravanserai.cluster.Cluster;
import dev.caravanserai.cluster.SessionKey;
import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.FailureException;
import dev.caravanserai.session.Session;
import java.util.Optional;
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
   * The session as the watches last saw it.
   *
   * @throws FailureException NOT_FOUND
   */
  Session find(SessionKey key) {
    return cluster.sessions().find(key).orElseThrow(() -> notFound(key));
  }

  static FailureException notFound(SessionKey key) {
    return FailureException.of(
        FailureCode.NOT_FOUND,
        "There is no session %s. It may have been stopped, or have outlived its time; list the sessions to see which there are."
            .formatted(key.id()));
  }
}
