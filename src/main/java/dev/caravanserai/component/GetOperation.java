package dev.caravanserai.component;

import dev.caravanserai.session.Session;
import java.util.concurrent.CompletionStage;
import org.apache.camel.Exchange;

/** Reads one session. */
final class GetOperation implements PodOperation {
  private final SessionLookup lookup;

  GetOperation(SessionLookup lookup) {
    this.lookup = lookup;
  }

  @Override
  public CompletionStage<Session> run(Exchange exchange) {
    return lookup.find(lookup.key(exchange));
  }
}
