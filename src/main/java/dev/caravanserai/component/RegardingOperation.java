package dev.caravanserai.component;

import dev.caravanserai.cluster.ObjectRef;
import dev.caravanserai.cluster.SessionIndex;
import dev.caravanserai.session.Session;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.events.v1.Event;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.apache.camel.InvalidPayloadException;

/**
 * Turns the cluster's events in the body into the {@link SessionEvent}s among them, by the names of
 * the objects that the anchors list: those of a failed start may be deleted already.
 */
record RegardingOperation(SessionIndex sessions) implements PodOperation {
  private record Name(String kind, String namespace, String name) {}

  @Override
  public CompletionStage<List<SessionEvent>> run(Exchange exchange) throws InvalidPayloadException {
    List<?> events = exchange.getMessage().getMandatoryBody(List.class);
    Map<Name, Session> owners = owners();
    return CompletableFuture.completedFuture(
        events.stream()
            .map(Event.class::cast)
            .flatMap(
                event ->
                    regarded(event)
                        .map(owners::get)
                        .map(session -> new SessionEvent(session, event))
                        .stream())
            .toList());
  }

  private Map<Name, Session> owners() {
    Map<Name, Session> owners = new HashMap<>();
    for (Session session : sessions.all()) {
      sessions
          .anchor(session.key())
          .ifPresent(anchor -> names(anchor).forEach(name -> owners.put(name, session)));
    }
    return owners;
  }

  private static Stream<Name> names(ConfigMap anchor) {
    return Stream.concat(Stream.of(ObjectRef.to(anchor)), ObjectRef.listedBy(anchor).stream())
        .map(object -> new Name(object.kind(), object.namespace(), object.name()));
  }

  private static Optional<Name> regarded(Event event) {
    return Optional.ofNullable(event.getRegarding())
        .map(of -> new Name(of.getKind(), of.getNamespace(), of.getName()));
  }
}
