package dev.caravanserai.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.caravanserai.session.FailureException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProfilesTest {
  private static final String OWN =
      """
      name: %s
      namespace: own
      container: c
      objects:
        - apiVersion: v1
          kind: Pod
          metadata: {name: '${names.pod}'}
          spec: {containers: [{name: c, image: '${spec.image}'}]}
      """;

  @TempDir Path folder;

  @Test
  void aFolderAddsProfilesAndReplacesShippedOnes() throws Exception {
    // Given
    Files.writeString(folder.resolve("a.yaml"), OWN.formatted("mine"));
    Files.writeString(folder.resolve("b.yaml"), OWN.formatted("hypha"));

    // When
    Profiles profiles = Profiles.load(Optional.of(folder));

    // Then
    assertThat(profiles.names()).containsExactly("autogen", "default", "hypha", "mine", "raworc");
    assertThat(profiles.namespaces(Map.of())).containsExactly("default", "own", "raworc-sessions");
    Plan plan = new Planner(profiles).plan(Requests.of("mine").spec(), Requests.context());
    assertThat(plan.pod().getSpec().getRestartPolicy()).isEqualTo("Never");
    assertThat(plan.pod().getSpec().getAutomountServiceAccountToken()).isFalse();
    assertThat(plan.pod().getSpec().getTerminationGracePeriodSeconds()).isEqualTo(2);
  }

  @Test
  void anUnknownKeyIsRefusedWithFilePathAndTheNearestKnownOne() {
    assertWrong(OWN.formatted("x") + "enviroment: {}\n", "x.yaml, /enviroment", "environment");
    assertWrong(
        OWN.formatted("x") + "defaults: {resources: {limit: {}}}\n",
        "/defaults/resources/limit",
        "limits");
  }

  @Test
  void aProfileNeedsOnePodAndNamesThatFit() {
    assertWrong("name: x\ncontainer: c\nobjects: []\n", "/objects", "exactly one Pod");
    assertWrong(
        OWN.formatted("x") + "names: {length: 50, pod: a-very-long-prefix-*}\n",
        "/names/pod",
        "63");
    assertWrong(OWN.formatted("x") + "name: y\n", "/", "Duplicate");
    assertWrong(OWN.formatted("x y"), "/name", "x y");
  }

  @Test
  void aVariableWithAValueThatItMayNotHaveStopsTheStartAndSaysWhich() {
    assertThatThrownBy(
            () -> Profiles.shipped().namespaces(Map.of("HYPHA_K8S_IMAGE_PULL_POLICY", "Often")))
        .isInstanceOf(FailureException.class)
        .hasMessageContainingAll(
            "hypha", "HYPHA_K8S_IMAGE_PULL_POLICY", "Always, IfNotPresent, Never", "'Often'");
    assertThatThrownBy(() -> Profiles.shipped().namespaces(Map.of("KUBERNETES_NAMESPACE", "A b")))
        .isInstanceOf(FailureException.class)
        .hasMessageContainingAll("raworc", "KUBERNETES_NAMESPACE", "'A b'", "a-z");
    assertWrong(
        OWN.formatted("x") + "metadata: {a: {values: yes}}\n", "/metadata/a/values", "list");
  }

  private static void assertWrong(String yaml, String path, String what) {
    assertThatThrownBy(() -> ProfileReader.read("x.yaml", yaml))
        .isInstanceOf(FailureException.class)
        .hasMessageContaining("x.yaml")
        .hasMessageContaining(path)
        .hasMessageContaining(what);
  }
}
