package dev.caravanserai.local;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * A failure asked for, to try what callers do about it: by the annotation {@value #ANNOTATION} on
 * the pod or the image name {@code local/<fault>}.
 */
enum PodFault {
  NONE,
  NEVER_PULLS,
  UNSCHEDULABLE,
  CRASHES,
  SLOW_START,
  NEVER_READY,
  OOM;

  static final String ANNOTATION = "local.caravanserai.dev/fault";

  static PodFault of(JsonNode pod) {
    String asked = pod.path("metadata").path("annotations").path(ANNOTATION).asText("");
    for (JsonNode container : pod.at("/spec/containers")) {
      String image = container.path("image").asText();
      if (asked.isEmpty() && image.startsWith("local/")) {
        asked = image.substring("local/".length()).replaceAll(":.*", "");
      }
      if (image.contains("does-not-exist")) {
        asked = "never-pulls";
      }
    }
    for (PodFault fault : values()) {
      if (fault.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-').equals(asked)) {
        return fault;
      }
    }
    return NONE;
  }
}
