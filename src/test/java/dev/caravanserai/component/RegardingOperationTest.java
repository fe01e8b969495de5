package dev.caravanserai.component;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravanserai.life.MemoryCluster;
import dev.caravanserai.session.Annotations;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.events.v1.Event;
import io.fabric8.kubernetes.api.model.events.v1.EventBuilder;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;

/** An event belongs to the session whose anchor it regards, or lists the object it regards. */
class RegardingOperationTest {
  private final MemoryCluster cluster = new MemoryCluster();

  private static Event about(String kind, String namespace, String name) {
    return new EventBuilder()
        .withNewRegarding()
        .withKind(kind)
        .withNamespace(namespace)
        .withName(name)
        .endRegarding()
        .build();
  }

  @Test
  void event_of_a_former_session_with_the_same_id_is_not_one_of_the_present_session()
      throws Exception {
    // Given
    createAnchor("2026-01-01T10:00:00Z");
    Event former = at("2026-01-01T09:59:59Z");
    Event present = at("2026-01-01T10:00:00Z");
    Exchange exchange = new DefaultExchange(new DefaultCamelContext());
    exchange.getMessage().setBody(List.of(former, present));

    // When
    List<SessionEvent> found =
        new RegardingOperation(cluster.sessions()).run(exchange).toCompletableFuture().join();

    // Then
    assertThat(found).extracting(SessionEvent::event).containsExactly(present);
  }

  private static Event at(String time) {
    return about("Pod", "ns", "session-a")
        .edit()
        .withNewMetadata()
        .withCreationTimestamp(time)
        .endMetadata()
        .build();
  }

  private void createAnchor(String time) {
    cluster.create(
        new ConfigMapBuilder()
            .withNewMetadata()
            .withNamespace("ns")
            .withName("session-a")
            .withCreationTimestamp(time)
            .withAnnotations(
                Map.of(
                    Annotations.ID, "a",
                    Annotations.TENANT, "red",
                    Annotations.OBJECTS, "v1/PersistentVolumeClaim/claim-a,v1/Pod/session-a"))
            .endMetadata()
            .addToData("spec", "{}")
            .build());
  }

  @Test
  void events_about_objects_of_sessions_are_found_also_if_the_object_is_gone() throws Exception {
    // Given
    createAnchor(null);
    List<Event> ours =
        List.of(
            about("Pod", "ns", "session-a"),
            about("PersistentVolumeClaim", "ns", "claim-a"),
            about("ConfigMap", "ns", "session-a"));
    Exchange exchange = new DefaultExchange(new DefaultCamelContext());
    exchange
        .getMessage()
        .setBody(
            List.of(
                ours.get(0),
                about("Pod", "ns", "other"),
                ours.get(1),
                about("Pod", "elsewhere", "session-a"),
                new Event(),
                ours.get(2)));

    // When
    List<SessionEvent> found =
        new RegardingOperation(cluster.sessions()).run(exchange).toCompletableFuture().join();

    // Then
    assertThat(found).extracting(SessionEvent::event).isEqualTo(ours);
    assertThat(found).allMatch(one -> one.session().tenant().equals("red"));
  }

  @Test
  void count_is_that_of_the_series_or_the_deprecated_one_or_one() {
    // Given
    Event series = new EventBuilder().withNewSeries().withCount(7).endSeries().build();
    Event deprecated = new EventBuilder().withDeprecatedCount(3).build();

    // Then
    assertThat(List.of(series, deprecated, new Event()))
        .extracting(event -> new SessionEvent(null, event).count())
        .containsExactly(7, 3, 1);
  }
}
