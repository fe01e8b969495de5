package dev.caravanserai.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.FailureException;
import dev.caravanserai.session.InvalidRequestException;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A mistake in a profile stops the start. */
class ProfileMistakesTest {
  private static final String OWN =
      """
      name: own
      container: c
      %s
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

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "defaultMode: \"0400\" | defaultMode | a whole number, not \"0400\"",
        "defaultMode: 256.5 | defaultMode | a whole number, not 256.5",
        "defaultMode: 0o400 | defaultMode | a whole number",
        "defaultMode: yes | defaultMode | a whole number, not true",
        "optional: 1 | optional | true or false, not 1",
        "secretName: 5 | secretName | text, not 5",
        "items: all | items | a list"
      })
  void value_of_the_wrong_type_is_reported_with_its_place(String line, String field, String right) {
    assertWrong(
        OWN.formatted("", "", "    volumes: [{name: v, secret: {%s}}]".formatted(line).indent(2)),
        "/objects/0/spec/volumes/0/secret/" + field,
        right);
  }

  @Test
  void octal_number_and_a_boolean_are_read_as_kubectl_reads_them() throws Exception {
    // Given
    String volume =
        "    hostNetwork: yes\n    volumes: [{name: v, secret: {defaultMode: 0400}}]".indent(2);

    // When
    Pod pod = Requests.of("own").plan(planner(OWN.formatted("", "", volume))).pod();

    // Then
    assertThat(pod.getSpec().getVolumes().get(0).getSecret().getDefaultMode()).isEqualTo(0400);
    assertThat(pod.getSpec().getHostNetwork()).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "limits: {timeoutSeconds: ten} | /limits/timeoutSeconds | a whole number, not \"ten\"",
        "limits: {timeoutSeconds: 0} | /limits/timeoutSeconds | not 0",
        "limits: {resources: {cpu: much}} | /limits/resources/cpu | 'much' is not a quantity",
        "defaults: {workingDir: /x} | /defaults/workingDir | ${spec.workingDir}",
        "defaults: {image: A b} | /defaults | 'A b' is not an image reference",
        "environment: {variables: {B C: x}} | /environment/variables/B C | begins with no digit",
        "labels: {a/b/c: x} | /labels/a~1b~1c | such as team",
        "labels: {caravanserai.dev/role: own} | /labels/caravanserai.dev~1role | reserved",
        "labels: {app.kubernetes.io/managed-by: own} | /labels/app.kubernetes.io~1managed-by | reserved",
        "annotations: {caravanserai.dev/id: own} | /annotations/caravanserai.dev~1id | reserved",
        "settings: {A: {default: x, unit: second}} | /settings/A/unit | seconds, quantity or image",
        "names: {pod: x} | /names/pod | 'x' needs one *",
        "labels: {team: '${id}'} | label 'team': 'A~ | label(…)",
        "labels: {team: '${tenant}'} | label 'team': 'Sample_tenant-' is not | label(…)",
        "labels: {team: a b} | Pod session-sample: label 'team' | 'a b' is not a label value",
        "labels: {x: '${spec.workingDir ??}'} | /labels/x | not a valid expression",
        "labels: {x: '${settings.A}'} | /labels/x | settings has no A; it has none",
        "namespace: '${settings.A}' | /namespace | settings has no A",
        "names: {length: 3} | /names/length | 24 to 50"
      })
  void wrong_key_or_value_is_reported_with_its_place(String line, String place, String right)
      throws Exception {
    assertStartStops(OWN.formatted(line, "", ""), place, right);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{kind: Service, metadata: {name: s}} | /objects/0/apiVersion | it is needed",
        "{apiVersion: v1, metadata: {name: s}} | /objects/0/kind | it is needed",
        "{apiVersion: v1, kind: Servce, metadata: {name: s}} | /objects/0/kind | no kind Servce",
        "{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: s}} | /objects/0/kind | belongs to no namespace",
        "{apiVersion: v1, kind: Namespace, metadata: {name: s}} | /objects/0/kind | belongs to no namespace",
        "{apiVersion: v1, kind: Service, metadata: {name: A b}} | Service A b | not a valid name",
        "{apiVersion: v1, kind: Service, metadata: {name: s, labels: {a: b c}}} | Service s: label 'a' | 'b c'",
        "{apiVersion: v1, kind: Service, metadata: {name: s, labels: {caravanserai.dev/x: y}}} | /objects/0/metadata/labels/caravanserai.dev~1x | reserved",
        "{apiVersion: v1, kind: Service, metadata: {name: s, annotations: {caravanserai.dev/x: y}}} | /objects/0/metadata/annotations/caravanserai.dev~1x | reserved",
        "{apiVersion: v1, kind: Service, metadata: {name: '${names.service}', namespace: other}} | /objects/0/metadata/namespace: it is 'other' | created in sessions",
        "{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: '${names.pvc}'}, spec: {resources: {requests: {storage: much}}}} | /objects/0/spec/resources/requests/storage | a quantity such as 500m or 1Gi, not \"much\"",
        "{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: '${names.pvc}'}, spec: {resources: {requests: {storage: '${spec.storage.size}'}}}} | /objects/0/spec/resources/requests/storage | there is no storage; leave it out",
        "text | /objects/0 | a Kubernetes object"
      })
  void object_that_a_session_cannot_have_is_reported(String object, String place, String right)
      throws Exception {
    assertStartStops(OWN.formatted("", "  - " + object, ""), place, right);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "imagePullPolicy: Sometimes | [Always, IfNotPresent, Never], not 'Sometimes'",
        "volumeMounts: [{name: nope, mountPath: /x}] | container c mounts the volume 'nope'",
        "resources: {limits: {cpu: abc}} | /containers/0/resources/limits/cpu: it must be a quantity",
        "resources: {limits: {cpu: '${id}'}} | /containers/0/resources/limits/cpu: it must be a quantity"
      })
  void field_of_a_container_that_no_cluster_accepts_is_reported(String field, String right) {
    assertStartStops(OWN.formatted("", "", "").replace("env: '${env}'", field), right);
  }

  @Test
  void object_may_name_the_namespace_of_the_profile() throws Exception {
    // Given
    String map =
        "  - {apiVersion: v1, kind: ConfigMap, metadata: {name: '${names.pod}-config', namespace: '${namespace}'}}";

    // Then
    assertThat(Requests.of("own").plan(planner(OWN.formatted("", map, ""))).namespace())
        .isEqualTo("sessions");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "fixed | ConfigMap fixed: session 'sample' of tenant 'default' and session 'a-b'",
        "x-${id} | 'x-A.b' is not a valid name",
        "${tenant}-${names.pod} | ConfigMap Sample_tenant--session-sample-",
        "x-${slug(id)} | session 'a-b' of tenant 'default' and session 'A.b' of tenant 'default'",
        "x-${slug(tenant)}-${slug(id)} | session 'A.b' of tenant 'default' would both",
        "\"x-${label(id + '/')}\" | and session 'sample' of tenant 'Sample_tenant-' would both",
        "x-${metadata.name} | ConfigMap x-${metadata…}: session 'sample'",
        "${names.pod} | ConfigMap session-sample: the session's anchor has this name"
      })
  void name_that_a_session_of_any_tenant_could_have_too_stops_the_start(String name, String why) {
    // Given
    String map = "  - {apiVersion: v1, kind: ConfigMap, metadata: {name: \"%s\"}}";
    String objects = map.formatted(name.replace("\"", ""));

    // Then
    assertStartStops(OWN.formatted("", objects, ""), why, "such as ${names.pod}-config");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ConfigMap | ${names.pod}-config | ConfigMap | ${names.pod}-config | an object of /objects/0",
        "ConfigMap | ${names.pod}-config | ConfigMap | ${names.pod}-${metadata.a ?? 'config'} | an object of /objects/0",
        "Service | ${names.service} | Secret | ${names.secret} | the Secret of the environment",
        "Service | ${names.service} | ConfigMap | ${names.pod} | the session's anchor"
      })
  void second_object_of_one_kind_and_name_stops_the_start(
      String kind, String name, String otherKind, String otherName, String owner) {
    assertStartStops(
        OWN.formatted("", object(kind, name, "") + object(otherKind, otherName, ""), ""),
        "/objects/1: " + otherKind + " session-sample",
        owner + " has this name too");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "each: [a, b], when: \"item != 'c'\", ",
        "each: [a, b, c], when: \"item == 'a' || item == 'b' || metadata.more\", ",
        "each: [a, b], "
      })
  void objects_of_one_name_for_elements_of_a_list_stop_the_start(String condition) {
    assertStartStops(
        OWN.formatted("", object("ConfigMap", "${names.pod}-config", condition), ""),
        "/objects/0: ConfigMap session-sample-config",
        "an object of /objects/0 has this name too");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "each: [a, b], when: \"item != 'b'\", ",
        "each: [a, b], when: \"item != 'b' || metadata.more == '1'\", "
      })
  void objects_of_which_metadata_decides_that_they_exist_start(String condition) throws Exception {
    // Given
    Planner planner =
        planner(OWN.formatted("", object("ConfigMap", "${names.pod}-config", condition), ""));

    // Then
    assertThat(planner).isNotNull();
  }

  @Test
  void objects_of_one_name_that_never_both_exist_start() throws Exception {
    // Given
    String config = "${names.pod}-config";
    String one = object("ConfigMap", config, "when: spec.stored, ");
    String other = object("ConfigMap", config, "when: '!spec.stored', ");
    String storage = "'/storage/${spec.stored}'";
    Planner planner =
        planner(
            OWN.formatted("", one + other, "").replace("env: '${env}'", "workingDir: " + storage));

    // Then
    assertThat(Requests.of("own").plan(planner).objects()).hasSize(1);
    assertThat(Requests.of("own").storage("1Gi").plan(planner).objects()).hasSize(1);
  }

  @Test
  void request_whose_metadata_gives_two_objects_one_name_is_refused() throws Exception {
    // Given
    String byMetadata = "${names.pod}-${metadata.%s}-config";
    Planner names =
        planner(
            OWN.formatted(
                "",
                object("ConfigMap", byMetadata.formatted("a"), "")
                    + object("ConfigMap", byMetadata.formatted("b"), ""),
                ""));
    Planner conditions =
        planner(
            OWN.formatted(
                "",
                object("Secret", "${names.secret}", "when: metadata.a == '1', ")
                    + object("Secret", "${names.secret}", "when: metadata.b == '1', "),
                ""));

    // Then
    for (Planner planner : List.of(names, conditions)) {
      assertThat(Requests.of("own").metadata(Map.of("a", "1", "b", "2")).plan(planner)).isNotNull();
      assertThatThrownBy(
              () -> Requests.of("own").metadata(Map.of("a", "1", "b", "1")).plan(planner))
          .hasMessageContainingAll(
              "CONFIG_ERROR", "/objects/1", "an object of /objects/0 has this name too");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"small, big", "small, small, big"})
  void object_that_only_another_listed_value_of_metadata_needs_is_checked(String values) {
    assertStartStops(
        OWN.formatted(
            "metadata: {mode: {values: [%s]}}".formatted(values),
            object("ConfigMap", "fixed", "when: 'metadata.mode == \"big\"', "),
            ""),
        "ConfigMap fixed: session 'sample'");
  }

  private static String object(String kind, String name, String condition) {
    return "  - {%sapiVersion: v1, kind: %s, metadata: {name: \"%s\"}}\n"
        .formatted(condition, kind, name);
  }

  @Test
  void name_of_a_pod_that_two_tenants_could_have_stops_the_start() {
    assertStartStops(
        OWN.formatted("", "", "")
            .replace("${names.pod}", "x-${label(id + '/')}".replace("'", "''")),
        "Pod x-sample-",
        "tenant 'Sample_tenant-'");
  }

  @Test
  void derived_name_that_another_session_could_have_stops_the_start() throws Exception {
    // Given
    String map = "  - {apiVersion: v1, kind: ConfigMap, metadata: {name: '${names.pod}%s'}}";

    // Then
    assertStartStops(
        OWN.formatted("", map.formatted("-extra"), ""),
        "ConfigMap session-sample-extra",
        "id 'sample-extra'");
    assertThat(Requests.of("own").plan(planner(OWN.formatted("", map.formatted("-config"), ""))))
        .isNotNull();
    assertThat(Requests.of("default").id("a-config").plan().anchor().getMetadata().getName())
        .startsWith("session-a-config-");
  }

  @Test
  void name_that_ends_with_metadata_of_listed_values_starts() throws Exception {
    // Given
    String map =
        "  - {apiVersion: v1, kind: ConfigMap, metadata: {name: '${names.pod}-${metadata.part}'}}";
    Planner planner = planner(OWN.formatted("metadata: {part: {values: [config]}}", map, ""));

    // Then
    assertThat(Requests.of("own").metadata(Map.of("part", "config")).plan(planner)).isNotNull();
  }

  @Test
  void missing_main_container_is_reported() throws Exception {
    assertStartStops(
        OWN.formatted("", "", "").replace("container: c\n", "container: main\n"),
        "Pod session-sample",
        "no container 'main'");
  }

  @Test
  void mistakes_that_different_checks_find_are_reported_together() {
    // Given
    String profile =
        OWN.formatted(
                "defaults: {workingDir: /x, startTimeoutSeconds: 0, image: A b}",
                "  - {apiVersion: v1, kind: Service, metadata: {name: A b}}",
                "")
            .replace("container: c\n", "container: main\n");

    // When
    FailureException thrown = catchThrowableOfType(FailureException.class, () -> planner(profile));

    // Then
    assertThat(thrown)
        .hasMessageContainingAll(
            "/defaults/workingDir: no object uses it",
            "/defaults/startTimeoutSeconds: it must be 1 to",
            "/defaults/image: 'A b' is not an image reference",
            "Service A b: 'A b' is not a valid name",
            "no container 'main'");
    assertThat(thrown.failure().message().lines()).hasSize(6);
  }

  @Test
  void list_in_place_of_text_is_reported_once() {
    // Given
    String map = "  - {apiVersion: v1, kind: ConfigMap, metadata: {name: m}, data: {a: '${env}'}}";

    // When
    FailureException thrown =
        catchThrowableOfType(FailureException.class, () -> planner(OWN.formatted("", map, "")));

    // Then
    assertThat(thrown.failure().message())
        .endsWith("/objects/0/data/a: it must be text, not a list.")
        .hasLineCount(1);
  }

  @Test
  void invalid_name_of_an_environment_variable_is_reported() throws Exception {
    assertStartStops(
        OWN.formatted("", "", "        - {name: d, image: x, env: [{name: B C, value: x}]}"),
        "Pod session-sample: env",
        "'B C'");
  }

  @Test
  void second_yaml_document_and_alias_are_rejected() {
    assertWrong(OWN.formatted("", "", "") + "---\nname: b\n", ", /:", "a second document");
    assertWrong(OWN.formatted("description: *x", "", ""), ", /:", "an alias");
    assertWrong("# nothing\n", ", /:", "it must be a map");
    assertWrong("- a list\n", ", /:", "it must be a map");
  }

  @Test
  void file_that_ends_in_yml_is_a_profile_too() throws Exception {
    // Given
    Files.writeString(folder.resolve("own.yml"), OWN.formatted("", "", ""));

    // When
    Profiles profiles = Profiles.load(Optional.of(folder), Map.of());

    // Then
    assertThat(profiles.names()).contains("own");
  }

  @Test
  void missing_default_profile_stops_the_start() {
    // Given
    PlanDefaults usual = Requests.defaults();

    // Then
    assertThatThrownBy(
            () ->
                new Planner(
                    Profiles.shipped(),
                    new PlanDefaults("n", "c", "nope", usual.lifetimes(), usual.metadataBytes())))
        .hasMessageContainingAll("caravanserai.profile.default=nope", "autogen, default");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "command: [sleep, '${metadata.secs}']",
        "args: '${metadata.args}'",
        "ports: [{containerPort: '${metadata.port}'}]",
        "tty: '${metadata.tty}'",
        "resources: {limits: {memory: '${metadata.memory}'}, requests: {cpu: '${metadata.cpu}m'}}",
        "livenessProbe: {tcpSocket: {port: '${metadata.port}'}}",
        "resources: {limits: '${metadata.limits}'}",
        "volumeMounts: [{each: 'metadata.mounts', name: '${item.name}', mountPath: '${item.path}'}]",
        "ports: [{when: 'metadata.open', containerPort: 1}]",
        "workingDir: '/${metadata.a}/${metadata.b}'"
      })
  void rest_of_a_profile_that_needs_metadata_is_checked_at_the_start(String field)
      throws Exception {
    // Given
    String service =
        "  - {apiVersion: v1, kind: Service, metadata: {name: 'A b', labels: {a: b c}}}\n"
            + "  - {apiVersion: v1, kind: Service, metadata: {name: '${names.service}-${metadata.name}'}}";
    String profile = OWN.formatted("labels: {team: '${metadata.team}'}", service, "");
    String needing = profile.replace("env: '${env}'", field);

    // Then
    assertThat(
            planner(
                profile
                    .replace("A b", "${names.service}")
                    .replace("b c", "b-c")
                    .replace("env: '${env}'", field)))
        .isNotNull();
    assertStartStops(
        needing.replace("container: c", "container: d"),
        "no container 'd'",
        "Service A b",
        "label 'a'");
  }

  @Test
  void value_that_only_metadata_gives_is_checked_for_each_request() throws Exception {
    // Given
    Planner planner = planner(OWN.formatted("labels: {team: '${metadata.team}'}", "", ""));

    // When
    Plan plan = Requests.of("own").metadata(Map.of("team", "red")).plan(planner);

    // Then
    assertThat(plan.pod().getMetadata().getLabels()).containsEntry("team", "red");
    assertThatThrownBy(() -> Requests.of("own").metadata(Map.of("team", "a b")).plan(planner))
        .hasMessageContainingAll("CONFIG_ERROR", "label 'team'", "'a b'");
  }

  @Test
  void place_of_an_object_counts_the_objects_that_are_left_out() throws Exception {
    String objects =
        """
        - {when: 'tenant == null', apiVersion: v1, kind: ConfigMap, metadata: {name: a}}
        - {apiVersion: v1, kind: Service, metadata: {name: b}, spec: '${id}'}
        """
            .indent(2);
    assertStartStops(OWN.formatted("", objects, ""), "/objects/1/spec", "a map");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "environment: {variables: {WS: '${metadata.ws}'}}",
        "labels: {WS: '${metadata.ws}'}",
        "annotations: {WS: '${metadata.ws}'}"
      })
  void map_or_list_in_place_of_text_is_refused_with_its_place(String line) throws Exception {
    Planner planner = planner(OWN.formatted(line, "", ""));
    for (Object value : List.of(Map.of("a", 1), List.of("a"))) {
      assertThatThrownBy(() -> Requests.of("own").metadata(Map.of("ws", value)).plan(planner))
          .hasMessageContainingAll("/WS", "${metadata.ws}", "text, a number or a boolean");
    }
  }

  @Test
  void label_of_a_request_cannot_replace_one_of_an_object_of_the_profile() throws Exception {
    // Given
    String service =
        "  - {apiVersion: v1, kind: Service, metadata: {name: '${names.service}', labels: {app: web, x/y: z}}}";
    Planner planner = planner(OWN.formatted("labels: {team: red}", service, ""));
    Map<String, String> labels = Map.of("app", "other", "x/y", "z", "team", "blue", "own", "1");

    // When
    InvalidRequestException refused =
        catchThrowableOfType(
            InvalidRequestException.class, () -> Requests.of("own").labels(labels).plan(planner));

    // Then
    assertThat(refused.violations())
        .extracting(InvalidRequestException.Violation::pointer)
        .containsExactlyInAnyOrder("/labels/app", "/labels/x~1y", "/labels/team");
  }

  @Test
  void fields_of_a_request_that_the_profile_ignores_are_refused() throws Exception {
    // Given
    Planner planner = planner(OWN.formatted("", "", ""));
    Requests request =
        Requests.of("own")
            .command("true")
            .args("x")
            .workingDir("/x")
            .storage("1Gi")
            .env(Map.of("A", "b"))
            .resources(Map.of("cpu", "1"), Map.of());

    // When
    var refused = catchThrowableOfType(InvalidRequestException.class, () -> request.plan(planner));

    // Then
    assertThat(refused.violations())
        .extracting(InvalidRequestException.Violation::pointer)
        .containsExactlyInAnyOrder("/command", "/args", "/workingDir", "/storage", "/resources");
    assertThat(refused).hasMessageContaining("profile own does not use this field");
  }

  @Test
  void image_fixed_by_a_profile_is_the_image_of_its_pod() throws Exception {
    // Given
    Planner planner = planner(OWN.formatted("", "", "").replace("'${spec.image}'", "'fixed:1'"));

    // When
    Plan plan = Requests.of("own").image(null).plan(planner);

    // Then
    assertThat(plan.anchor().getData().get("spec")).contains("\"image\":\"fixed:1\"");
  }

  @Test
  void default_request_for_a_device_follows_the_limit_of_the_request() throws Exception {
    // Given
    String gpu = "nvidia.com/gpu";
    Planner planner =
        planner(
            OWN.formatted("defaults: {resources: {requests: {nvidia.com/gpu: 1}}}", "", "")
                .replace("env:", "resources: '${spec.resources}', env:"));

    // When
    Plan plan = Requests.of("own").resources(Map.of(gpu, "2"), Map.of()).plan(planner);

    // Then
    var resources = plan.pod().getSpec().getContainers().get(0).getResources();
    assertThat(resources.getRequests()).containsEntry(gpu, new Quantity("2"));
    assertThat(resources.getLimits()).containsEntry(gpu, new Quantity("2"));
  }

  @Test
  void text_of_a_setting_is_a_number_where_a_number_is_needed() throws Exception {
    // Given
    String port = "        - {name: d, image: x, ports: [{containerPort: '${settings.PORT}'}]}";
    String profile = OWN.formatted("settings: {PORT: {default: 8080}}", "", port);

    // When
    Pod pod = Requests.of("own").plan(planner(profile)).pod();

    // Then
    assertThat(pod.getSpec().getContainers().get(1).getPorts().get(0).getContainerPort())
        .isEqualTo(8080);
    assertStartStops(
        profile.replace("8080", "'0400'"), "/containers/1/ports/0/containerPort", "\"0400\"");
  }

  @Test
  void variables_of_services_are_not_in_a_pod_unless_its_profile_says_so() throws Exception {
    // Given
    Planner planner = planner(OWN.formatted("", "", ""));
    Planner other = planner(OWN.formatted("", "", "    enableServiceLinks: true".indent(2)));

    // Then
    assertThat(Requests.of("own").plan(planner).pod().getSpec().getEnableServiceLinks()).isFalse();
    assertThat(Requests.of("own").plan(other).pod().getSpec().getEnableServiceLinks()).isTrue();
    for (String shipped : List.of("default", "hypha", "raworc", "autogen")) {
      assertThat(Requests.of(shipped).plan().pod().getSpec().getEnableServiceLinks()).isFalse();
    }
  }

  private Planner planner(String yaml) throws Exception {
    Files.writeString(folder.resolve("own.yaml"), yaml);
    return new Planner(Profiles.load(Optional.of(folder), Map.of()), Requests.defaults());
  }

  private void assertStartStops(String yaml, String... expected) {
    FailureException thrown = catchThrowableOfType(FailureException.class, () -> planner(yaml));
    assertThat(thrown).as("the start").isNotNull();
    assertThat(thrown.failure().code()).isEqualTo(FailureCode.CONFIG_ERROR);
    assertThat(thrown).hasMessageContaining("own.yaml").hasMessageContainingAll(expected);
  }

  private static void assertWrong(String yaml, String place, String right) {
    assertThatThrownBy(() -> read(yaml))
        .hasMessageContainingAll("CONFIG_ERROR", "own.yaml", place, right);
  }

  private static void read(String yaml) {
    Mistakes mistakes = new Mistakes();
    ProfileReader.read("own.yaml", yaml, Map.of(), mistakes);
    mistakes.throwIfAny();
  }
}
