package dev.caravanserai.component;

import dev.caravanserai.cluster.ObjectRef;
import dev.caravanserai.cluster.SessionIndex;
import dev.caravanserai.session.Session;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
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
 * the objects that the anchors list: those of a failed start may be deleted already. Events that
 * are older than the anchor are about a former session with the same id, and are left out.
 */
record RegardingOperation(SessionIndex sessions) implements PodOperation {
  private record Name(String kind, String namespace, String name) {}

  private record Owner(Session session, String since) {
    boolean existedAt(Event event) {
      return created(event).map(at -> at.compareTo(since) >= 0).orElse(true);
    }
  }

  @Override
  public CompletionStage<List<SessionEvent>> run(Exchange exchange) throws InvalidPayloadException {
    List<?> events = exchange.getMessage().getMandatoryBody(List.class);
    Map<Name, Owner> owners = owners();
    return CompletableFuture.completedFuture(
        events.stream()
            .map(Event.class::cast)
            .flatMap(
                event ->
                    regarded(event)
                        .map(owners::get)
                        .filter(owner -> owner.existedAt(event))
                        .map(owner -> new SessionEvent(owner.session(), event))
                        .stream())
            .toList());
  }

  private Map<Name, Owner> owners() {
    Map<Name, Owner> owners = new HashMap<>();
    for (Session session : sessions.all()) {
      sessions
          .anchor(session.key())
          .ifPresent(
              anchor -> {
                Owner owner = new Owner(session, created(anchor).orElse(""));
                names(anchor).forEach(name -> owners.put(name, owner));
              });
    }
    return owners;
  }

  private static Stream<Name> names(ConfigMap anchor) {
    return Stream.concat(Stream.of(ObjectRef.to(anchor)), ObjectRef.listedBy(anchor).stream())
        .map(object -> new Name(object.kind(), object.namespace(), object.name()));
  }

  /** RFC 3339 in UTC and whole seconds, by the clock of the API server. */
  private static Optional<String> created(HasMetadata object) {
    return Optional.ofNullable(object.getMetadata()).map(ObjectMeta::getCreationTimestamp);
  }

  private static Optional<Name> regarded(Event event) {
    return Optional.ofNullable(event.getRegarding())
        .map(of -> new Name(of.getKind(), of.getNamespace(), of.getName()));
  }
}
