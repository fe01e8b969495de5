package dev.caravanserai;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.StatusBuilder;
import io.fabric8.kubernetes.api.model.events.v1.Event;
import io.fabric8.kubernetes.api.model.events.v1.EventBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.builder.AdviceWith;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which events of the cluster are logged, how often, and when they cannot be listed. */
class WarningRoutesTest extends RouteTest {
  /** An event of a session. */
  public record Regarding(Shown session, Event event, int count) {}

  private List<Regarding> events = List.of();

  @Override
  String file() {
    return "routes/warnings.camel.yaml";
  }

  @BeforeEach
  void tickByHand() throws Exception {
    AdviceWith.adviceWith(
        context,
        "warnings",
        advice -> {
          advice.replaceFromWith("direct:tick");
          advice.weaveById("list-events").replace().process(this::list);
        });
    on("namespaces", exchange -> exchange.getMessage().setBody(List.of("broken", "closed", "ns")));
    on("regarding", exchange -> exchange.getMessage().setBody(events));
  }

  private void list(Exchange exchange) {
    String namespace =
        exchange.getMessage().getHeader("CamelKubernetesNamespaceName", String.class);
    steps.add("list " + namespace);
    switch (namespace) {
      case "broken" -> throw new KubernetesClientException("no answer");
      case "closed" ->
          throw new KubernetesClientException(
              new StatusBuilder().withCode(403).withMessage("events is forbidden").build());
      default -> exchange.getMessage().setBody(List.of());
    }
  }

  private static Regarding event(String uid, String type, String reason, int count) {
    return new Regarding(
        Shown.of("a"),
        new EventBuilder()
            .withNewMetadata()
            .withUid(uid)
            .endMetadata()
            .withType(type)
            .withReason(reason)
            .withNote("the text")
            .withNewRegarding()
            .withKind("Pod")
            .withNamespace("ns")
            .withName("session-a")
            .endRegarding()
            .build(),
        count);
  }

  @Test
  void each_warning_is_logged_once_and_its_text_never() throws Exception {
    // Given
    context.start();

    // When
    try (CapturedLog log = new CapturedLog("dev.caravanserai.events")) {
      events = List.of(event("1", "Warning", "FailedMount", 3), event("2", "Normal", "Pulled", 1));
      template.sendBody("direct:tick", "");
      events =
          List.of(event("1", "Warning", "FailedMount", 4), event("3", "Warning", "BackOff", 1));
      template.sendBody("direct:tick", "");

      // Then
      assertThat(log.lines().stream().filter(line -> line.contains("session=")))
          .hasSize(2)
          .noneMatch(line -> line.contains("the text"))
          .anySatisfy(
              line ->
                  assertThat(line)
                      .contains("session=a cluster=inn tenant=red FailedMount of Pod ns/session-a")
                      .contains("count 3", "kubectl -n ns describe Pod session-a"))
          .anySatisfy(line -> assertThat(line).contains("BackOff", "count 1"));
    }
  }

  @Test
  void missing_right_is_reported_once_and_every_namespace_is_listed_at_every_tick()
      throws Exception {
    // Given
    context.start();

    // When
    try (CapturedLog log = new CapturedLog("dev.caravanserai.events")) {
      template.sendBody("direct:tick", "");
      template.sendBody("direct:tick", "");

      // Then
      List<String> tick =
          List.of("namespaces", "list broken", "list closed", "list ns", "regarding");
      assertThat(steps.subList(0, 5)).isEqualTo(tick);
      assertThat(steps.subList(5, 10)).isEqualTo(tick);
      assertThat(log.lines().stream().filter(line -> line.contains("namespace=broken")))
          .hasSize(2)
          .allMatch(line -> line.contains("60s: no answer"));
      assertThat(log.lines().stream().filter(line -> line.contains("namespace=closed")))
          .singleElement()
          .satisfies(
              line ->
                  assertThat(line)
                      .contains("list on events of the API group events.k8s.io")
                      .contains("caravanserai.cluster.warnings", "events is forbidden"));
    }
  }
}
