package dev.caravanserai.component;

import dev.caravanserai.cluster.SessionIndex;
import dev.caravanserai.session.Session;
import dev.caravanserai.session.SessionPage;
import dev.caravanserai.session.State;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import org.apache.camel.Exchange;

/** Lists the tenant's sessions, a page at a time. */
final class ListOperation implements PodOperation {
  private static final int LIMIT = 100;
  private static final int MOST = 500;

  /** As in the contract. No group repeats: Java would need the stack for each time. */
  static final String LABELS = "(?![,=])(?!\\S*,[,=])(?!\\S*=[^,\\s]*=)[^\\s!()]*[^\\s!(),]";

  private final SessionLookup lookup;
  private final SessionIndex index;
  private final Option<State> state;
  private final Option<String> profile;
  private final Option<Predicate<Session>> label;
  private final Option<Integer> limit;
  private final Option<Predicate<Session>> after;

  ListOperation(PodEndpoint endpoint, SessionLookup lookup, SessionIndex index) {
    this.lookup = lookup;
    this.index = index;
    this.state =
        new Option<>(
            endpoint,
            "state",
            endpoint.getState(),
            ListOperation::state,
            "one of " + Arrays.toString(State.values()));
    this.profile = Option.text(endpoint, "profile", endpoint.getProfile());
    this.label =
        new Option<>(
            endpoint,
            "label",
            endpoint.getLabel(),
            ListOperation::labels,
            "key=value or key, several separated by commas");
    this.limit = Option.number(endpoint, "limit", endpoint.getLimit(), 1, MOST);
    this.after =
        new Option<>(
            endpoint,
            "continue",
            endpoint.getContinue(),
            ListOperation::after,
            "the continue token of the previous page");
  }

  @Override
  public CompletionStage<SessionPage> run(Exchange exchange) {
    return CompletableFuture.completedFuture(page(exchange));
  }

  private SessionPage page(Exchange exchange) {
    int most = limit.of(exchange).orElse(LIMIT);
    String tenant = lookup.tenant(exchange);
    Predicate<Session> wanted =
        state
            .of(exchange)
            .<Predicate<Session>>map(in -> s -> s.state() == in)
            .orElse(s -> true)
            .and(
                profile
                    .of(exchange)
                    .<Predicate<Session>>map(name -> s -> s.profile().equals(name))
                    .orElse(s -> true))
            .and(label.of(exchange).orElse(s -> true))
            .and(after.of(exchange).orElse(s -> true));
    List<Session> found =
        index.all().stream()
            .filter(s -> s.tenant().equals(tenant))
            .filter(wanted)
            .limit(most + 1L)
            .toList();
    return found.size() <= most
        ? new SessionPage(found, Optional.empty())
        : new SessionPage(found.subList(0, most), Optional.of(token(found.get(most - 1))));
  }

  private static Optional<State> state(String name) {
    return Arrays.stream(State.values()).filter(state -> state.name().equals(name)).findFirst();
  }

  private static Optional<Predicate<Session>> labels(String all) {
    return Optional.of(all)
        .filter(text -> text.matches(LABELS))
        .map(text -> Arrays.stream(text.split(",")).map(ListOperation::label).toList())
        .map(each -> session -> each.stream().allMatch(label -> label.test(session)));
  }

  private static Predicate<Session> label(String text) {
    int equals = text.indexOf('=');
    if (equals < 0) {
      return s -> s.labels().containsKey(text);
    }
    String key = text.substring(0, equals);
    String value = text.substring(equals + 1);
    return s -> value.equals(s.labels().get(key));
  }

  private static String token(Session last) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString((last.createdAt() + " " + last.id()).getBytes(StandardCharsets.UTF_8));
  }

  private static Optional<Predicate<Session>> after(String token) {
    try {
      String[] parts =
          new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8).split(" ", 2);
      Instant at = Instant.parse(parts[0]);
      String id = parts[1];
      return Optional.of(
          s -> s.createdAt().isAfter(at) || s.createdAt().equals(at) && s.id().compareTo(id) > 0);
    } catch (RuntimeException e) {
      return Optional.empty();
    }
  }
}
