package dev.caravanserai.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.groups.Tuple.tuple;

import dev.caravanserai.session.InvalidRequestException;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The {@code volumes} of Hypha's manifest: existing claims. */
class VolumesTest {
  @TempDir Path folder;
  private static final Map<String, String> DATA = volume("data", "/data", "team-data");
  private static final Map<String, String> MODELS = volume("models", "/opt/models/", "models.v1");

  @Test
  void claims_that_a_request_names_are_mounted_besides_the_workspace() {
    // Given
    Requests request =
        Requests.of("hypha").storage("1Gi").metadata(Map.of("volumes", List.of(DATA, MODELS)));

    // When
    Plan plan = request.plan();

    // Then
    assertThat(plan.pod().getSpec().getVolumes())
        .extracting(Volume::getName, v -> v.getPersistentVolumeClaim().getClaimName())
        .containsExactly(
            tuple("workspace", "hypha-pvc-one"),
            tuple("data", "team-data"),
            tuple("models", "models.v1"));
    assertThat(plan.pod().getSpec().getContainers().get(0).getVolumeMounts())
        .extracting(VolumeMount::getName, VolumeMount::getMountPath)
        .contains(tuple("data", "/data"));
    assertThat(plan.claims())
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "team-data", "/metadata/volumes/0/pvc_name",
                "models.v1", "/metadata/volumes/1/pvc_name"));
  }

  @Test
  void claim_is_found_where_it_is_named_as_a_claim() {
    Map<String, Object> metadata =
        Map.of("volumes", List.of(volume("data", "/data", "data")), "app_id", "data");
    assertThat(Requests.of("hypha").metadata(metadata).plan().claims())
        .containsExactly(Map.entry("data", "/metadata/volumes/0/pvc_name"));
  }

  @Test
  void request_without_volumes_names_no_claim() {
    // Given
    Requests request = Requests.of("hypha").storage("1Gi");

    // When
    Plan plan = request.plan();

    // Then
    assertThat(plan.claims()).isEmpty();
    assertThat(plan.pod().getSpec().getVolumes()).hasSize(1);
  }

  @Test
  void every_mistake_in_volumes_is_named_with_its_pointer() {
    // Given
    List<Object> volumes =
        List.of(
            DATA,
            DATA,
            "text",
            volume("workspace", "/a/../b", "A B"),
            volume("x", "/", "c"),
            Map.of("name", "y", "mount_path", "/y", "claim", "c"),
            volume("z", List.of(), "c"),
            volume("1", "/1", "c"),
            volume(1, "/2", "c"));

    // When
    List<String> pointers = pointers(Map.of("volumes", volumes));

    // Then
    assertThat(pointers)
        .containsExactlyInAnyOrder(
            "/metadata/volumes/1/name",
            "/metadata/volumes/1/mount_path",
            "/metadata/volumes/2",
            "/metadata/volumes/3/name",
            "/metadata/volumes/3/mount_path",
            "/metadata/volumes/3/pvc_name",
            "/metadata/volumes/4/mount_path",
            "/metadata/volumes/5/claim",
            "/metadata/volumes/5/pvc_name",
            "/metadata/volumes/6/mount_path",
            "/metadata/volumes/8/name");
    for (String path : List.of("//", "/a//b", "/./a", "/a/.", "/..", "/a:b", "a", "")) {
      assertThat(pointers(Map.of("volumes", List.of(volume("p", path, "c")))))
          .as(path)
          .containsExactly("/metadata/volumes/0/mount_path");
    }
    for (String path : List.of("/a/", "/a/..b", "/.a/b.", "/..." + "/x".repeat(2_000))) {
      Requests.of("hypha").metadata(Map.of("volumes", List.of(volume("p", path, "c")))).plan();
    }
    assertThat(pointers(Map.of("volumes", "all"))).containsExactly("/metadata/volumes");
    assertThat(pointers(Map.of("app_id", Map.of("a", 1)))).containsExactly("/metadata/app_id");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "?limit=1", "../secrets/x", "x?watch=true", "A_B", "${metadata.claim}"})
  void claim_or_other_object_is_refused_where_the_request_names_it_unless_that_is_a_name(
      String name) throws Exception {
    // Given
    String profile =
        """
        name: own
        container: c
        objects:
          - apiVersion: v1
            kind: Pod
            metadata: {name: '${names.pod}'}
            spec:
              containers: [{name: c, image: busybox, env: '${env}'}]
              volumes:
                - name: claim
                  persistentVolumeClaim: {claimName: '${metadata.claim}'}
                - name: secret
                  projected: {sources: [{secret: {name: '${metadata.secret}'}}]}
        """;
    Files.writeString(folder.resolve("own.yaml"), profile);
    Planner planner =
        new Planner(Profiles.load(Optional.of(folder), Map.of()), Requests.defaults());

    // When
    Map<String, Object> metadata = Map.of("other", name, "claim", name, "secret", "tls");
    Requests claim = Requests.of("own").image(null).metadata(metadata);
    Requests secret =
        Requests.of("own").image(null).metadata(Map.of("claim", "data", "secret", name + "?"));

    // Then
    assertThat(pointers(() -> claim.plan(planner))).containsExactly("/metadata/claim");
    assertThat(pointers(() -> secret.plan(planner))).containsExactly("/metadata/secret");
  }

  private static List<String> pointers(Map<String, Object> metadata) {
    return pointers(() -> Requests.of("hypha").metadata(metadata).plan());
  }

  private static List<String> pointers(ThrowingCallable planning) {
    return catchThrowableOfType(InvalidRequestException.class, planning).violations().stream()
        .map(InvalidRequestException.Violation::pointer)
        .toList();
  }

  @SuppressWarnings("unchecked")
  private static <T> Map<String, T> volume(Object name, T path, String claim) {
    return (Map<String, T>) Map.of("name", name, "mount_path", path, "pvc_name", claim);
  }
}
