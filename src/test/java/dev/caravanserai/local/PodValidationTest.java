package dev.caravanserai.local;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PodValidationTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "initContainers: [{name: i, image: x}] | spec.initContainers: Forbidden",
        "volumes: [{name: s, secret: {secretName: s, items: [{key: k}]}}] | spec.volumes[0].secret.items: Forbidden",
        "containers: [{name: c, image: x, livenessProbe: {periodSeconds: 1}}] | livenessProbe: Forbidden",
        "containers: [{name: c, image: x, volumeMounts: [{name: v, mountPath: /v, subPath: s}]}] | subPath: Forbidden",
        "containers: [{name: c, image: x, volumeMounts: [{name: v, mountPath: /v}]}] | volumeMounts[0].name: Not found",
        "containers: [{name: c, image: x, imagePullPolicy: Often}] | imagePullPolicy: Unsupported value",
        "containers: [{name: c}] | spec.containers[0].image: Required value",
        "activeDeadlineSeconds: 0 | spec.activeDeadlineSeconds: Invalid value",
      })
  void missing_and_unsupported_fields_of_a_pod_are_rejected_by_name(String spec, String why) {
    // Given
    ObjectNode pod =
        (ObjectNode)
            Patches.body(
                "application/yaml",
                ("metadata: {name: p, namespace: ns}\nspec: {%s}".formatted(spec))
                    .getBytes(StandardCharsets.UTF_8));

    // When / Then
    assertThatThrownBy(() -> Validation.check(Kind.POD, pod))
        .isInstanceOf(ApiError.class)
        .hasMessageContaining(why);
  }
}
