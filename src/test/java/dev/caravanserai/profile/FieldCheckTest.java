package dev.caravanserai.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.FailureException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A field that Kubernetes would silently drop stops the start. */
class FieldCheckTest {
  private static final String POD =
      """
      name: p
      container: c
      objects:
      %s
        - apiVersion: v1
          kind: Pod
          metadata: {name: '${names.pod}'}
          spec:
            containers:
              - {name: c, image: '${spec.image}', env: '${env}'}
      %s
      """;

  @ParameterizedTest
  @CsvSource({
    "'      - {name: d, image: x, imagePullPolcy: Always}', /objects/0/spec/containers/1/imagePullPolcy, imagePullPolicy",
    "'    volumes: [{name: v, emptyDir: {sizelimit: 1Gi}}]', /objects/0/spec/volumes/0/emptyDir/sizelimit, sizeLimit",
    "'    hostname: a\n    nodeselector: {a: b}', /objects/0/spec/nodeselector, nodeSelector",
    "'    affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{topologKey: x}]}}', /objects/0/spec/affinity/podAntiAffinity/requiredDuringSchedulingIgnoredDuringExecution/0/topologKey, topologyKey",
    "'    initContainers: [{when: spec.stored, name: i, image: x, comand: [y]}]', /objects/0/spec/initContainers/0/comand, command",
    "'    when: spec.stored', /objects/0/spec/when, there are activeDeadlineSeconds",
    "'  status: {faze: x}', /objects/0/status/faze, phase"
  })
  void mistyped_field_is_reported_with_file_place_and_suggestion(
      String lines, String pointer, String meant) {
    // Given
    String profile = POD.formatted("", lines.indent(2));

    // When
    FailureException thrown = catchThrowableOfType(FailureException.class, () -> read(profile));

    // Then
    assertThat(thrown.failure().code()).isEqualTo(FailureCode.CONFIG_ERROR);
    assertThat(thrown).hasMessageContainingAll("own.yaml, " + pointer + ":", meant);
  }

  @Test
  void all_mistyped_fields_are_reported_at_once() {
    // Given
    String profile =
        POD.formatted(
            "  - {apiVersion: v1, kind: Service, metadata: {nam: s}, spec: {prots: [{port: 1}]}}",
            "      hostNetwrk: true");

    // When
    FailureException thrown = catchThrowableOfType(FailureException.class, () -> read(profile));

    // Then
    assertThat(thrown)
        .hasMessageContainingAll(
            "/objects/0/metadata/nam", "/objects/0/spec/prots", "/objects/1/spec/hostNetwrk");
  }

  @Test
  void fields_of_less_common_kinds_are_checked() {
    // Given
    String profile =
        POD.formatted(
            "  - {apiVersion: batch/v1, kind: Job, metadata: {name: x}, spec: {bakoffLimit: 1}}",
            "");

    // When
    FailureException thrown = catchThrowableOfType(FailureException.class, () -> read(profile));

    // Then
    assertThat(thrown).hasMessageContainingAll("/objects/0/spec/bakoffLimit", "backoffLimit");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{apiVersion: example.org/v1, kind: Inn, metadata: {name: x}, spec: {any: {thing: 1}}}",
        "{apiVersion: v1, kind: ConfigMap, metadata: {name: x, labels: {any: a}}, data: {any.thing: a}}",
        "{when: spec.stored, apiVersion: v1, kind: Service, metadata: {name: x}, spec: {ports: [{port: 1, targetPort: http}]}}",
        "{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: x}, spec: {resources: {requests: {storage: 1Gi, example.org/any: 2}}}}",
        "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: x}, spec: {podSelector: {matchLabels: {any: a}}, egress: [{to: [{ipBlock: {cidr: 10.0.0.0/8}}]}]}}"
      })
  void known_fields_and_custom_resources_are_accepted(String object) {
    assertThatCode(() -> read(POD.formatted("  - " + object, ""))).doesNotThrowAnyException();
  }

  @Test
  void shipped_profiles_have_no_mistyped_field() {
    assertThat(List.copyOf(Profiles.shipped().names())).contains("default", "hypha");
  }

  private static void read(String yaml) {
    Mistakes mistakes = new Mistakes();
    ProfileReader.read("own.yaml", yaml, Map.of(), mistakes);
    mistakes.throwIfAny();
  }
}
