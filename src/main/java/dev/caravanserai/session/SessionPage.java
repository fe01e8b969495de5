package dev.caravanserai.session;

import java.util.List;
import java.util.Optional;

/**
 * One page of a list of sessions, oldest first.
 *
 * @param next continue token of the next page; empty on the last page
 */
public record SessionPage(List<Session> items, Optional<String> next) {
  public SessionPage {
    items = List.copyOf(items);
  }
}
