package dev.caravanserai.local;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What a pod's spec must have, and what of it the local cluster lacks. */
record PodValidation(Problems problems) {
  private static final List<String> NO_POD = List.of("initContainers", "ephemeralContainers");
  private static final List<String> NO_CONTAINER =
      List.of("livenessProbe", "readinessProbe", "startupProbe", "lifecycle");
  private static final List<String> NO_MOUNT = List.of("subPath", "subPathExpr");

  void check(JsonNode spec) {
    lacks("spec", spec, NO_POD);
    Set<String> volumes = new HashSet<>();
    int index = 0;
    for (JsonNode volume : spec.path("volumes")) {
      String at = "spec.volumes[%d]".formatted(index++);
      name(at + ".name", volume.path("name").asText(""), volumes);
      lacks(at + ".secret", volume.path("secret"), List.of("items"));
      lacks(at + ".configMap", volume.path("configMap"), List.of("items"));
    }
    if (spec.path("containers").isEmpty()) {
      problems.required("spec.containers");
    }
    Set<String> names = new HashSet<>();
    index = 0;
    for (JsonNode container : spec.path("containers")) {
      String at = "spec.containers[%d]".formatted(index++);
      name(at + ".name", container.path("name").asText(""), names);
      container(at, container, volumes);
    }
    problems.oneOf(
        "spec.restartPolicy", spec.path("restartPolicy"), "Always", "OnFailure", "Never");
    atLeast(1, "activeDeadlineSeconds", spec);
    atLeast(0, "terminationGracePeriodSeconds", spec);
  }

  private void container(String at, JsonNode container, Set<String> volumes) {
    if (container.path("image").asText("").isBlank()) {
      problems.required(at + ".image");
    }
    JsonNode pull = container.path("imagePullPolicy");
    problems.oneOf(at + ".imagePullPolicy", pull, "Always", "IfNotPresent", "Never");
    lacks(at, container, NO_CONTAINER);
    int index = 0;
    for (JsonNode env : container.path("env")) {
      problems.envName("%s.env[%d].name".formatted(at, index++), env.path("name").asText(""));
    }
    index = 0;
    for (JsonNode mount : container.path("volumeMounts")) {
      String field = "%s.volumeMounts[%d]".formatted(at, index++);
      String volume = mount.path("name").asText("");
      if (!volumes.contains(volume)) {
        problems.add("%s.name: Not found: \"%s\"".formatted(field, volume));
      }
      if (mount.path("mountPath").asText("").isEmpty()) {
        problems.required(field + ".mountPath");
      }
      lacks(field, mount, NO_MOUNT);
    }
    problems.quantities(at + ".resources.limits", container.at("/resources/limits"));
    problems.quantities(at + ".resources.requests", container.at("/resources/requests"));
  }

  private void name(String at, String name, Set<String> taken) {
    problems.name(at, name);
    if (!taken.add(name)) {
      problems.duplicate(at, name);
    }
  }

  private void lacks(String at, JsonNode node, List<String> fields) {
    for (String field : fields) {
      JsonNode value = node.path(field);
      if (value.isTextual() ? !value.asText().isEmpty() : !value.isEmpty()) {
        problems.add("%s.%s: Forbidden: the local cluster lacks it".formatted(at, field));
      }
    }
  }

  private void atLeast(long least, String field, JsonNode spec) {
    JsonNode value = spec.path(field);
    if (value.isNumber() && value.asLong() < least) {
      problems.invalid(
          "spec." + field, value.asText(), "must be greater than or equal to " + least);
    }
  }
}
