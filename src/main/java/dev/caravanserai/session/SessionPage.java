package dev.caravanserai.session;

import java.util.List;
import java.util.Optional;

/**
 * Some of the sessions asked for, the oldest first.
 *
 * @param next where to go on; empty when these are the last
 */
public record SessionPage(List<Session> items, Optional<String> next) {
  public SessionPage {
    items = List.copyOf(items);
  }
}
