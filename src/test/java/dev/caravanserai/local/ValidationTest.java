package dev.caravanserai.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ValidationTest {
  private static final String POD =
      """
      metadata: {name: p, labels: {app: x}, annotations: {a/b: 'any text'}}
      spec:
        restartPolicy: Never
        volumes: [{name: data, emptyDir: {}}]
        containers:
        - name: main
          image: busybox:1
          env: [{name: A_1, value: v}]
          volumeMounts: [{name: data, mountPath: /data}]
          resources: {limits: {cpu: 500m, memory: 1.5Gi, nvidia.com/gpu: 1}}
      """;

  private static void check(Kind kind, String yaml) {
    Validation.check(kind, Patches.body("application/yaml", yaml.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void valid_pod_is_accepted() {
    // When, Then
    assertThatCode(() -> check(Kind.POD, POD)).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "name: p,|name: P_1,|metadata.name: Invalid value: \"P_1\"",
        "app: x|app: 'a b'|metadata.labels[app]: Invalid value: \"a b\"",
        "app: x|'a b': x|metadata.labels: Invalid value: \"a b\"",
        "a/b: 'any text'|n: 1, l: [a]|metadata.annotations[l]: Invalid value",
        "Never|Sometimes|spec.restartPolicy: Unsupported value: \"Sometimes\"",
        "name: main|name: Main|spec.containers[0].name: Invalid value: \"Main\"",
        "image: busybox:1|image: ''|spec.containers[0].image: Required value",
        "name: A_1|name: 1A|spec.containers[0].env[0].name: Invalid value: \"1A\"",
        "name: data, mountPath|name: none, mountPath|volumeMounts[0].name: Not found: \"none\"",
        "mountPath: /data|subPath: a|spec.containers[0].volumeMounts[0].mountPath: Required value",
        "1.5Gi|1.5 GB|spec.containers[0].resources.limits[memory]: Invalid value: \"1.5 GB\"",
        "cpu: 500m|gpu: 1|resources.limits[gpu]: Invalid value: \"gpu\": must be a standard resource type or"
            + " fully qualified",
        "cpu: 500m|A.b/gpu: 1|spec.containers[0].resources.limits[A.b/gpu]: Invalid value: \"A.b/gpu\"",
        "limits: {cpu: 500m,|requests: {cpu: 501m}, limits: {cpu: 500m,|spec.containers[0].resources:"
            + " Invalid value: \"501m\": must be less than or equal to cpu limit",
        "app: x|app: 1|metadata.labels[app]: Invalid value: \"1\": the value must be a string",
        "restartPolicy: Never|hostname: a.b|spec.hostname: Invalid value: \"a.b\"",
        "{name: data, mountPath: /data}|{name: data, mountPath: /data}, {name: data, mountPath: /data}|"
            + "spec.containers[0].volumeMounts: Invalid value: \"/data\": must be unique",
        "labels:|ownerReferences: [{uid: u}], labels:|metadata.ownerReferences[0].kind: Required value",
        "resources:|lifecycle:|spec.containers[0].lifecycle: Forbidden",
      })
  void mistake_in_a_pod_is_rejected_with_its_field(String right, String wrong, String problem) {
    // Given
    String bad = POD.replace(right, wrong);

    // When, Then
    assertThatThrownBy(() -> check(Kind.POD, bad))
        .isInstanceOfSatisfying(ApiError.class, e -> assertThat(e.code).isEqualTo(422))
        .hasMessageContaining(problem);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "PVC|metadata: {name: c}|spec.accessModes: Required value",
        "PVC|{metadata: {name: c}, spec: {resources: {requests: {storage: x}}}}|requests[storage]",
        "SERVICE|{metadata: {name: 1.2}, spec: {ports: [{port: 0}]}}|spec.ports[0].port",
        "CONFIG_MAP|{metadata: {name: c}, data: {'a b': c}}|data[a b]: Invalid value: \"a b\"",
        "CONFIG_MAP|{metadata: {name: c}, data: {..: c}}|data[..]: Invalid value: \"..\"",
        "CONFIG_MAP|{metadata: {name: c}, data: {.: c}}|data[.]: Invalid value: \".\"",
        "CONFIG_MAP|{metadata: {name: c}, binaryData: {../x: Yw==}}|binaryData[../x]: Invalid value: \"../x\"",
        "CONFIG_MAP|{metadata: {name: c}, binaryData: {/tmp/x: Yw==}}|binaryData[/tmp/x]: Invalid value",
        "CONFIG_MAP|{metadata: {name: c}, data: {a: c}, binaryData: {a: Yw==}}|duplicate of key present in data",
        "CONFIG_MAP|{metadata: {name: c}, binaryData: {a: 'c'}}|binaryData[a]: illegal base64 data",
        "SECRET|{metadata: {name: c}, data: {a: plain-text!}}|data[a]: illegal base64 data",
        "SECRET|{metadata: {name: c}, data: {a: YQ}}|data[a]: illegal base64 data",
        "CONFIG_MAP|{metadata: {name: c}, data: {a: 1}}|data[a]: Invalid value: \"1\"",
        "EVENT|{metadata: {name: c}, lastTimestamp: yesterday}|lastTimestamp: Invalid value",
        "NAMESPACE|metadata: {name: a.b}|metadata.name: Invalid value: \"a.b\"",
        "SECRET|metadata: {}|metadata.name: Required value",
      })
  void mistake_in_another_kind_is_rejected_with_its_field(Kind kind, String yaml, String problem) {
    // When, Then
    assertThatThrownBy(() -> check(kind, yaml)).hasMessageContaining(problem);
  }

  @Test
  void object_that_is_too_large_for_kubernetes_is_rejected() {
    // Given
    String most = "x".repeat(1 << 20);
    String encoded = Base64.getEncoder().encodeToString(most.getBytes(StandardCharsets.UTF_8));
    ObjectNode object = Json.object();
    Json.meta(object).put("name", "m");
    object.withObject("/data").put("a", encoded).putNull("b");
    Validation.check(Kind.SECRET, object);

    // When, Then
    object.withObject("/data").put("b", "eA==");
    assertThatThrownBy(() -> Validation.check(Kind.SECRET, object))
        .hasMessageContaining("data: Too long: may not be more than 1048576 bytes");
    object.withObject("/data").put("a", most).remove("b");
    Validation.check(Kind.CONFIG_MAP, object);
    object.withObject("/binaryData").put("b", "eA==");
    assertThatThrownBy(() -> Validation.check(Kind.CONFIG_MAP, object))
        .hasMessageContaining("data: Too long");
    object.withObject("/metadata/annotations").put("a", "x".repeat(256 << 10));
    assertThatThrownBy(() -> Validation.check(Kind.LEASE, object))
        .hasMessageContaining("metadata.annotations: Too long: may not be more than 262144 bytes");
  }

  @Test
  void key_of_any_length_is_answered() {
    // Given
    String key = "a.".repeat(20_000) + "a/b";

    // When, Then
    assertThatThrownBy(
            () -> check(Kind.LEASE, "metadata: {name: l, labels: {? %s : x}}".formatted(key)))
        .hasMessageContaining("metadata.labels: Invalid value");
  }
}
