package dev.caravanserai.component;

import dev.caravanserai.cluster.SessionIndex;
import dev.caravanserai.session.InvalidRequestException;
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
import org.apache.camel.Message;

/** Lists the tenant's sessions, a page at a time. */
final class ListOperation implements PodOperation {
  private static final int LIMIT = 100;

  private final SessionLookup lookup;
  private final SessionIndex index;

  ListOperation(SessionLookup lookup, SessionIndex index) {
    this.lookup = lookup;
    this.index = index;
  }

  @Override
  public CompletionStage<SessionPage> run(Exchange exchange) {
    return CompletableFuture.completedFuture(page(exchange));
  }

  private SessionPage page(Exchange exchange) {
    Message message = exchange.getMessage();
    int limit = message.getHeader(PodConstants.LIMIT, LIMIT, Integer.class);
    String tenant = lookup.tenant(exchange);
    Predicate<Session> wanted =
        state(message).and(profile(message)).and(labels(message)).and(after(message));
    List<Session> found =
        index.all().stream()
            .filter(s -> s.tenant().equals(tenant))
            .filter(wanted)
            .limit(limit + 1L)
            .toList();
    return found.size() <= limit
        ? new SessionPage(found, Optional.empty())
        : new SessionPage(found.subList(0, limit), Optional.of(token(found.get(limit - 1))));
  }

  private static Predicate<Session> state(Message message) {
    return text(message, PodConstants.STATE)
        .map(
            name -> {
              try {
                State state = State.valueOf(name);
                return (Predicate<Session>) s -> s.state() == state;
              } catch (IllegalArgumentException e) {
                throw InvalidRequestException.at(
                    "/query/state",
                    "\"%s\" is no state; there are %s"
                        .formatted(name, Arrays.toString(State.values())));
              }
            })
        .orElse(s -> true);
  }

  private static Predicate<Session> profile(Message message) {
    return text(message, PodConstants.PROFILE)
        .map(name -> (Predicate<Session>) s -> s.profile().equals(name))
        .orElse(s -> true);
  }

  private static Predicate<Session> labels(Message message) {
    return text(message, PodConstants.LABEL).stream()
        .flatMap(all -> Arrays.stream(all.split(",")))
        .map(String::strip)
        .map(ListOperation::label)
        .reduce(s -> true, Predicate::and);
  }

  private static Predicate<Session> label(String text) {
    int equals = text.indexOf('=');
    if (equals < 0) {
      return s -> s.labels().containsKey(text);
    }
    String key = text.substring(0, equals);
    String value = text.substring(equals + 1).replaceFirst("^=", "");
    return s -> value.equals(s.labels().get(key));
  }

  private static String token(Session last) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString((last.createdAt() + " " + last.id()).getBytes(StandardCharsets.UTF_8));
  }

  private static Predicate<Session> after(Message message) {
    return text(message, PodConstants.CONTINUE)
        .map(
            token -> {
              try {
                String[] parts =
                    new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8)
                        .split(" ", 2);
                Instant at = Instant.parse(parts[0]);
                String id = parts[1];
                return (Predicate<Session>)
                    s ->
                        s.createdAt().isAfter(at)
                            || s.createdAt().equals(at) && s.id().compareTo(id) > 0;
              } catch (RuntimeException e) {
                throw InvalidRequestException.at(
                    "/query/continue", "is none of ours: use what the last page gave");
              }
            })
        .orElse(s -> true);
  }

  private static Optional<String> text(Message message, String header) {
    return Optional.ofNullable(message.getHeader(header, String.class)).filter(t -> !t.isBlank());
  }
}
