package dev.caravanserai.component;

import dev.caravanserai.session.Session;
import io.fabric8.kubernetes.api.model.events.v1.Event;
import java.util.Optional;

/** An event of the cluster about an object of a session. */
public record SessionEvent(Session session, Event event) {

  /** How often it has happened, at least 1. */
  public int count() {
    return Optional.ofNullable(event.getSeries())
        .map(series -> series.getCount())
        .or(() -> Optional.ofNullable(event.getDeprecatedCount()))
        .orElse(1);
  }
}
