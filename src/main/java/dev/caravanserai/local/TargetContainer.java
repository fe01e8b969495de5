package dev.caravanserai.local;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Which container of a pod a log or exec request means. */
final class TargetContainer {
  private TargetContainer() {}

  /**
   * @throws ApiError 400 when it must be named, or is none of the pod's
   */
  static String of(JsonNode pod, Optional<String> asked) {
    List<String> regular = names(pod.at("/spec/containers"));
    List<String> all = new ArrayList<>(regular);
    all.addAll(names(pod.at("/spec/initContainers")));
    String name = pod.at("/metadata/name").asText();
    if (asked.isEmpty() && regular.size() != 1) {
      throw new ApiError(
          400,
          "BadRequest",
          "a container name must be specified for pod %s, choose one of: [%s]"
              .formatted(name, String.join(" ", regular)));
    }
    String container = asked.orElseGet(() -> regular.get(0));
    if (!all.contains(container)) {
      throw new ApiError(
          400, "BadRequest", "container %s is not valid for pod %s".formatted(container, name));
    }
    return container;
  }

  private static List<String> names(JsonNode containers) {
    List<String> names = new ArrayList<>();
    containers.forEach(c -> names.add(c.path("name").asText()));
    return names;
  }
}
