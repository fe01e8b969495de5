package dev.caravanserai.component;

import dev.caravanserai.cluster.Cluster;
import dev.caravanserai.cluster.SessionKey;
import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.FailureException;
import dev.caravanserai.session.Session;
import org.apache.camel.Exchange;

/** Finds the session that an exchange is about. */
final class SessionLookup {
  private final Cluster cluster;

  SessionLookup(Cluster cluster) {
    this.cluster = cluster;
  }

  /** The key in the exchange's headers. */
  SessionKey key(Exchange exchange) {
    String id = exchange.getMessage().getHeader(PodConstants.SESSION_ID, String.class);
    if (id == null) {
      throw FailureException.of(
          FailureCode.INVALID_REQUEST,
          "No session is named: set the header " + PodConstants.SESSION_ID + ".");
    }
    return new SessionKey(tenant(exchange), id);
  }

  static String tenant(Exchange exchange) {
    return exchange.getMessage().getHeader(PodConstants.TENANT, "default", String.class);
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
