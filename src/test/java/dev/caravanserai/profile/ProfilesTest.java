package dev.caravanserai.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.caravanserai.session.FailureException;
import dev.caravanserai.session.InvalidRequestException;
import dev.caravanserai.session.SessionSpec;
import dev.caravanserai.session.SessionSpec.Resources;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
  void folder_adds_profiles_and_replaces_shipped_ones() throws Exception {
    // Given
    Files.writeString(folder.resolve("a.yaml"), OWN.formatted("mine"));
    Files.writeString(folder.resolve("b.yaml"), OWN.formatted("hypha"));

    // When
    Profiles profiles = Profiles.load(Optional.of(folder), Map.of());

    // Then
    assertThat(profiles.names()).containsExactly("autogen", "default", "hypha", "mine", "raworc");
    assertThat(profiles.namespaces()).containsExactly("default", "own", "raworc-sessions");
    Plan plan = Requests.of("mine").plan(new Planner(profiles, Requests.defaults()));
    assertThat(plan.pod().getSpec().getRestartPolicy()).isEqualTo("Never");
    assertThat(plan.pod().getSpec().getAutomountServiceAccountToken()).isFalse();
    assertThat(plan.pod().getSpec().getTerminationGracePeriodSeconds()).isEqualTo(2);
  }

  @Test
  void unknown_key_is_refused_with_file_path_and_the_nearest_known_one() {
    assertWrong(OWN.formatted("x") + "enviroment: {}\n", "x.yaml, /enviroment", "environment");
    assertWrong(
        OWN.formatted("x") + "defaults: {resources: {limit: {}}}\n",
        "/defaults/resources/limit",
        "limits");
  }

  @Test
  void profile_needs_one_pod_and_names_that_fit() {
    assertWrong("name: x\ncontainer: c\nobjects: []\n", "/objects", "exactly one Pod");
    assertWrong(
        OWN.formatted("x") + "names: {length: 50, pod: a-very-long-prefix-*}\n",
        "/names/pod",
        "63");
    assertWrong(OWN.formatted("x") + "name: y\n", "/", "Duplicate");
    assertWrong(OWN.formatted("x y"), "/name", "x y");
  }

  @Test
  void invalid_value_of_a_variable_stops_the_start_and_is_named() {
    assertThatThrownBy(
            () -> Profiles.load(Optional.empty(), Map.of("HYPHA_K8S_IMAGE_PULL_POLICY", "Often")))
        .isInstanceOf(FailureException.class)
        .hasMessageContainingAll(
            "hypha", "HYPHA_K8S_IMAGE_PULL_POLICY", "Always, IfNotPresent, Never", "'Often'");
    assertThatThrownBy(() -> Profiles.load(Optional.empty(), Map.of("KUBERNETES_NAMESPACE", "A b")))
        .isInstanceOf(FailureException.class)
        .hasMessageContainingAll("raworc", "KUBERNETES_NAMESPACE", "'A b'", "a-z");
    assertWrong(
        OWN.formatted("x") + "metadata: {a: {values: yes}}\n", "/metadata/a/values", "list");
  }

  @Test
  void every_mistake_of_every_file_is_named_at_once_with_its_place() throws Exception {
    // Given
    Files.writeString(
        folder.resolve("a.yaml"),
        """
        name: A b
        container: c
        settings: {TIME: {default: soon, unit: seconds}, SIZE: {default: 1Gi, unit: quantity}}
        namespace: ${id}
        names: {length: 3, pod: x}
        defaults: {image: '${settings.IMAGE}', resources: {limit: {}}}
        environment: {precedence: both, variables: {A: '${env}', B: '${metadata.b'}}
        labels: {l: '${nmaes.pod}', m: '${names.pood}', n: '${settings.SIZE + }'}
        metadata: {x: {pattern: '('}}
        objects:
          - apiVersion: v1
            kind: Pod
            metadata: {name: '${names.pod}'}
            spec:
              containers: [{each: metadata.x, name: '${item.a}', image: '${spec.imag}'}]
              volumes: [{when: spec.strored, name: '${item.a}'}]
        """);
    Files.writeString(folder.resolve("b.yaml"), "name: b\n\t- c\n");
    Files.writeString(folder.resolve("c.yaml"), OWN.formatted("c"));
    Files.writeString(folder.resolve("d.yaml"), OWN.formatted("c"));

    // When
    String message =
        catchThrowableOfType(
                FailureException.class, () -> Profiles.load(Optional.of(folder), Map.of()))
            .failure()
            .message();

    // Then
    for (String place :
        List.of(
            "a.yaml, /name: ",
            "a.yaml, /settings/TIME/default: ",
            "a.yaml, /namespace: ",
            "a.yaml, /names/length: ",
            "a.yaml, /names/pod: ",
            "a.yaml, /defaults/image: ",
            "a.yaml, /defaults/resources/limit: ",
            "a.yaml, /environment/precedence: ",
            "a.yaml, /environment/variables/A: ",
            "a.yaml, /environment/variables/B: ",
            "a.yaml, /labels/l: ",
            "a.yaml, /labels/m: ",
            "a.yaml, /labels/n: ",
            "a.yaml, /metadata/x/pattern: ",
            "a.yaml, /objects/0/spec/containers/0/image: ",
            "a.yaml, /objects/0/spec/volumes/0/when: ",
            "a.yaml, /objects/0/spec/volumes/0/name: ",
            "b.yaml, /: ",
            "d.yaml, /name: ")) {
      assertThat(message).contains(place);
    }
    assertThat(message)
        .contains("did you mean names")
        .contains("did you mean pod")
        .contains("line 2");
    assertThat(message.lines().filter(line -> line.startsWith("  - "))).hasSize(19);
  }

  @Test
  void every_variable_that_is_wrong_is_named_at_once_with_what_would_be_right() {
    // Given
    Map<String, String> environment =
        Map.of(
            "HYPHA_K8S_DEFAULT_TIMEOUT", "1h",
            "KUBERNETES_MEMORY_LIMIT", "much",
            "KUBERNETES_IMAGE", "UPPER CASE",
            "KUBERNETES_IMAGE_PULL_POLICY", " ",
            "KUBERNETES_STORAGE_SIZE", " 2Gi ");

    // When
    String message =
        catchThrowableOfType(
                FailureException.class, () -> Profiles.load(Optional.empty(), environment))
            .failure()
            .message();

    // Then
    assertThat(message)
        .contains("HYPHA_K8S_DEFAULT_TIMEOUT must be whole seconds from 1, not '1h'")
        .contains("KUBERNETES_MEMORY_LIMIT must be a quantity such as 500m or 1Gi, not 'much'")
        .contains("KUBERNETES_IMAGE must be an image reference")
        .doesNotContain("PULL_POLICY")
        .doesNotContain("STORAGE_SIZE");
  }

  @Test
  void request_may_not_exceed_the_limits_of_a_profile_and_defaults_give_way_to_them()
      throws Exception {
    // Given
    Files.writeString(
        folder.resolve("a.yaml"),
        OWN.formatted("small")
                .replace("'${spec.image}'", "'${spec.image}', resources: '${spec.resources}'")
            + """
              defaults: {resources: {requests: {cpu: '3'}}, storage: {size: 9Gi}}
              limits: {resources: {cpu: '2', memory: 1Gi}, storage: {size: 5Gi}}
              labels: {stored: '${spec.stored}'}
              """);
    Planner planner =
        new Planner(Profiles.load(Optional.of(folder), Map.of()), Requests.defaults());
    Requests greedy =
        Requests.of("small")
            .storage("6Gi")
            .resources(Map.of("cpu", "2001m"), Map.of("memory", "2Gi"));

    // When
    SessionSpec planned = Requests.of("small").plan(planner).spec();
    Resources given = planned.resources();
    var refused = catchThrowableOfType(InvalidRequestException.class, () -> greedy.plan(planner));

    // Then
    assertThat(given.limits()).containsEntry("cpu", "2").containsEntry("memory", "1Gi");
    assertThat(given.requests()).containsEntry("cpu", "2");
    assertThat(planned.storage().orElseThrow().size()).isEqualTo("5Gi");
    assertThat(refused.violations())
        .extracting(InvalidRequestException.Violation::pointer)
        .containsExactlyInAnyOrder(
            "/resources/limits/cpu", "/resources/requests/memory", "/storage/size");
  }

  @Test
  void only_the_anchor_has_the_role_by_which_it_is_found_whatever_an_expression_gives()
      throws Exception {
    // Given
    Files.writeString(
        folder.resolve("a.yaml"),
        OWN.formatted("roles")
            .replace("'${names.pod}'}", "'${names.pod}', labels: '${metadata.labels}'}"));
    Planner planner =
        new Planner(Profiles.load(Optional.of(folder), Map.of()), Requests.defaults());

    // When
    Plan plan =
        Requests.of("roles")
            .metadata(Map.of("labels", Map.of("caravanserai.dev/role", "own")))
            .plan(planner);

    // Then
    assertThat(plan.anchor().getMetadata().getLabels())
        .containsEntry("caravanserai.dev/role", "anchor");
    assertThat(plan.pod().getMetadata().getLabels()).doesNotContainKey("caravanserai.dev/role");
  }

  private static void assertWrong(String yaml, String path, String what) {
    assertThatThrownBy(() -> read(yaml))
        .isInstanceOf(FailureException.class)
        .hasMessageContaining("x.yaml")
        .hasMessageContaining(path)
        .hasMessageContaining(what);
  }

  private static void read(String yaml) {
    Mistakes mistakes = new Mistakes();
    ProfileReader.read("x.yaml", yaml, Map.of(), mistakes);
    mistakes.throwIfAny();
  }
}
