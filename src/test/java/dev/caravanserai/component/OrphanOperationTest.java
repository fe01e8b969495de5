package dev.caravanserai.component;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.caravanserai.life.MemoryCluster;
import dev.caravanserai.life.Termination;
import dev.caravanserai.session.Annotations;
import dev.caravanserai.session.FailureCode;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;

/** Only a pod that certainly has no anchor is ended as an orphan. */
class OrphanOperationTest {
  private static final Map<String, String> MARKS =
      Map.of(Annotations.ID, "a", Annotations.TENANT, "default");

  private final MemoryCluster cluster = new MemoryCluster();

  private static ObjectMeta meta(String uid) {
    return new ObjectMetaBuilder()
        .withNamespace("ns")
        .withName("session-a")
        .withUid(uid)
        .withAnnotations(MARKS)
        .build();
  }

  private static Pod pod(String uid) {
    return new PodBuilder().withMetadata(meta(uid)).withNewSpec().endSpec().build();
  }

  private static ConfigMap anchor() {
    return new ConfigMapBuilder().withMetadata(meta("anchor")).addToData("spec", "{}").build();
  }

  private void offer(Pod pod) throws Exception {
    Exchange exchange = new DefaultExchange(new DefaultCamelContext());
    exchange.getMessage().setBody(pod);
    new OrphanOperation(cluster, new Termination(cluster))
        .run(exchange)
        .toCompletableFuture()
        .join();
  }

  @Test
  void pod_without_an_anchor_is_deleted_also_if_no_watch_has_reported_it() throws Exception {
    // Given
    cluster.put(pod("1"));

    // When
    offer(pod("1"));

    // Then
    assertThat(cluster.there()).isEmpty();
  }

  @Test
  void pod_whose_anchor_is_not_known_here_but_exists_stays() throws Exception {
    // Given
    cluster.put(pod("1"));
    cluster.put(anchor());
    cluster.deliver(pod("1"));

    // When
    offer(pod("1"));

    // Then
    assertThat(cluster.there()).contains("Pod/session-a");
  }

  @Test
  void pod_whose_anchor_is_known_costs_no_request() throws Exception {
    // Given
    cluster.put(pod("1"));
    cluster.deliver(anchor());

    // When
    offer(pod("1"));

    // Then
    assertThat(cluster.reads()).isZero();
    assertThat(cluster.there()).containsExactly("Pod/session-a");
  }

  @Test
  void pod_that_has_lost_its_annotations_is_still_that_of_its_session() throws Exception {
    // Given
    Pod bare = pod("1");
    bare.getMetadata().setAnnotations(Map.of());
    cluster.put(bare);
    cluster.deliver(pod("1"));

    // When
    offer(bare);

    // Then
    assertThat(cluster.there()).isEmpty();
  }

  @Test
  void pod_of_no_session_stays() throws Exception {
    // Given
    Pod foreign = pod("1");
    foreign.getMetadata().setAnnotations(Map.of());
    cluster.put(foreign);

    // When
    offer(foreign);

    // Then
    assertThat(cluster.there()).containsExactly("Pod/session-a");
  }

  @Test
  void next_pod_of_the_name_stays() throws Exception {
    // Given
    cluster.put(pod("2"));

    // When
    offer(pod("1"));

    // Then
    assertThat(cluster.there()).containsExactly("Pod/session-a");
  }

  @Test
  void pod_whose_anchor_cannot_be_read_stays() {
    // Given
    cluster.put(pod("1"));
    cluster.refuseReads("ConfigMap", FailureCode.CLUSTER_UNREACHABLE);

    // Then
    assertThatThrownBy(() -> offer(pod("1"))).hasStackTraceContaining("CLUSTER_UNREACHABLE");
    assertThat(cluster.there()).containsExactly("Pod/session-a");
  }
}
