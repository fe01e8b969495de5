package dev.caravanserai.local;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What a pod's spec must have, and what of it the local cluster lacks. */
final class PodValidation {
  private static final List<String> LACKING =
      List.of("livenessProbe", "readinessProbe", "startupProbe", "lifecycle");

  private final Problems problems;

  PodValidation(Problems problems) {
    this.problems = problems;
  }

  void check(JsonNode spec) {
    Set<String> volumes = new HashSet<>();
    int index = 0;
    for (JsonNode volume : spec.path("volumes")) {
      String at = "spec.volumes[%d].name".formatted(index++);
      String name = volume.path("name").asText("");
      problems.name(at, name);
      if (!volumes.add(name)) {
        problems.duplicate(at, name);
      }
    }
    if (spec.path("containers").isEmpty()) {
      problems.add("spec.containers: Required value");
    }
    Set<String> names = new HashSet<>();
    containers("spec.initContainers", spec.path("initContainers"), names, volumes);
    containers("spec.containers", spec.path("containers"), names, volumes);
    problems.oneOf(
        "spec.restartPolicy", spec.path("restartPolicy"), "Always", "OnFailure", "Never");
    JsonNode deadline = spec.path("activeDeadlineSeconds");
    if (!deadline.isMissingNode() && !deadline.isNull() && deadline.asLong() < 1) {
      problems.invalid(
          "spec.activeDeadlineSeconds",
          deadline.asText(),
          "must be between 1 and 2147483647, inclusive");
    }
    if (spec.path("terminationGracePeriodSeconds").asLong() < 0) {
      problems.invalid(
          "spec.terminationGracePeriodSeconds",
          spec.path("terminationGracePeriodSeconds").asText(),
          "must be greater than or equal to 0");
    }
  }

  private void containers(String at, JsonNode list, Set<String> names, Set<String> volumes) {
    int index = 0;
    for (JsonNode container : list) {
      String path = "%s[%d]".formatted(at, index++);
      String name = container.path("name").asText("");
      problems.name(path + ".name", name);
      if (!names.add(name)) {
        problems.duplicate(path + ".name", name);
      }
      if (container.path("image").asText("").isBlank()) {
        problems.required(path + ".image");
      }
      problems.oneOf(
          path + ".imagePullPolicy",
          container.path("imagePullPolicy"),
          "Always",
          "IfNotPresent",
          "Never");
      int number = 0;
      for (JsonNode env : container.path("env")) {
        problems.envName("%s.env[%d].name".formatted(path, number++), env.path("name").asText(""));
      }
      number = 0;
      for (JsonNode mount : container.path("volumeMounts")) {
        String field = "%s.volumeMounts[%d]".formatted(path, number++);
        String volume = mount.path("name").asText("");
        if (!volumes.contains(volume)) {
          problems.add("%s.name: Not found: \"%s\"".formatted(field, volume));
        }
        if (mount.path("mountPath").asText("").isEmpty()) {
          problems.required(field + ".mountPath");
        }
      }
      problems.quantities(path + ".resources.limits", container.at("/resources/limits"));
      problems.quantities(path + ".resources.requests", container.at("/resources/requests"));
      for (String lacking : LACKING) {
        if (container.hasNonNull(lacking)) {
          problems.add(
              "%s.%s: Forbidden: the local cluster has no probes and no lifecycle hooks"
                  .formatted(path, lacking));
        }
      }
    }
  }
}
