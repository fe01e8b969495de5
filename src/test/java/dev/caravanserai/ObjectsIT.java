package dev.caravanserai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.caravanserai.cluster.ObjectRef;
import dev.caravanserai.cluster.api.ApiCluster;
import dev.caravanserai.session.Annotations;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A write affects one life of an object; the API server refuses it for any other. */
class ObjectsIT {
  private static final String NAME = "objects-it-" + Long.toString(System.nanoTime(), 36);

  private final ApiCluster cluster =
      new ApiCluster("it", TestCluster.get().client(), TestCluster.NAMESPACE, 1000);

  @AfterEach
  void close() {
    for (ObjectRef object :
        new ObjectRef[] {
          ObjectRef.named(ConfigMap.class, TestCluster.NAMESPACE, NAME),
          ObjectRef.named(Lease.class, TestCluster.NAMESPACE, NAME)
        }) {
      result(cluster.objects().get("default", object))
          .ifPresent(there -> result(cluster.objects().delete(ObjectRef.to(there))));
    }
    cluster.close();
  }

  @Test
  void late_write_does_not_change_a_recreated_object() {
    // Given
    ObjectRef first = ObjectRef.to(create());
    result(cluster.objects().delete(first));
    ObjectRef second = ObjectRef.to(create());

    // When
    boolean annotated = result(cluster.objects().annotate(first, Map.of("a", "1")));
    boolean deleted = result(cluster.objects().delete(first));

    // Then
    assertThat(annotated).isFalse();
    assertThat(deleted).isFalse();
    assertThat(result(cluster.objects().get("default", first))).isEmpty();
    assertThat(
            result(cluster.objects().get("default", second))
                .orElseThrow()
                .getMetadata()
                .getAnnotations())
        .doesNotContainKey("a");
  }

  @Test
  void write_to_an_old_version_changes_nothing() {
    // Given
    HasMetadata object = create();
    ObjectRef ref = ObjectRef.to(object);
    Optional<String> version = Optional.of(object.getMetadata().getResourceVersion());

    // When
    boolean one = result(cluster.objects().annotate(ref, Map.of("a", "1"), version));
    boolean other = result(cluster.objects().annotate(ref, Map.of("a", "2"), version));

    // Then
    assertThat(one).isTrue();
    assertThat(other).isFalse();
    assertThat(
            result(cluster.objects().get("default", ref))
                .orElseThrow()
                .getMetadata()
                .getAnnotations())
        .containsEntry("a", "1");
  }

  @Test
  void nothing_is_changed_or_deleted_without_a_uid() {
    // Given
    ObjectRef named = ObjectRef.to(create()).anyLife();

    // Then
    assertThatThrownBy(() -> result(cluster.objects().delete(named))).hasMessageContaining("uid");
    assertThatThrownBy(() -> result(cluster.objects().annotate(named, Map.of())))
        .hasMessageContaining("uid");
    assertThat(result(cluster.objects().get("default", named))).isPresent();
  }

  @Test
  void object_of_any_kind_is_read_and_deleted_by_its_annotation_entry() {
    // Given
    HasMetadata lease =
        result(
            cluster
                .objects()
                .create(
                    new LeaseBuilder()
                        .withNewMetadata()
                        .withNamespace(TestCluster.NAMESPACE)
                        .withName(NAME)
                        .endMetadata()
                        .withNewSpec()
                        .withHolderIdentity("it")
                        .endSpec()
                        .build()));
    String listed = "v1/Pod/none,?," + ObjectRef.to(lease).listed();

    // When
    ConfigMap anchor =
        new ConfigMapBuilder()
            .withNewMetadata()
            .withNamespace(TestCluster.NAMESPACE)
            .addToAnnotations(Annotations.OBJECTS, listed)
            .endMetadata()
            .build();
    ObjectRef read = ObjectRef.listedBy(anchor).get(1);
    ObjectRef found = ObjectRef.to(result(cluster.objects().get("default", read)).orElseThrow());

    // Then
    assertThat(found).isEqualTo(ObjectRef.to(lease));
    if (TestCluster.real()) { // where its user may not delete leases
      return;
    }
    assertThat(result(cluster.objects().delete(found))).isTrue();
    assertThat(result(cluster.objects().get("default", found))).isEmpty();
  }

  private HasMetadata create() {
    return result(
        cluster
            .objects()
            .create(
                new ConfigMapBuilder()
                    .withNewMetadata()
                    .withNamespace(TestCluster.NAMESPACE)
                    .withName(NAME)
                    .endMetadata()
                    .build()));
  }

  private static <T> T result(CompletionStage<T> stage) {
    return stage.toCompletableFuture().join();
  }
}
