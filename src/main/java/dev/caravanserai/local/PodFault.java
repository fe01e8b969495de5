package dev.caravanserai.local;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.Locale;

/**
 * An injected failure, for tests of clients: requested by the annotation {@value #ANNOTATION} of
 * the pod, or by the image name {@code local/<fault>}.
 */
enum PodFault {
  NONE,
  NEVER_PULLS,
  UNSCHEDULABLE,
  CRASHES,
  SLOW_START,
  OOM;

  static final String ANNOTATION = "local.caravanserai.dev/fault";

  static PodFault of(JsonNode pod) {
    String image = pod.at("/spec/containers/0/image").asText();
    String byImage = image.startsWith("local/") ? image.substring(6).replaceAll(":.*", "") : "none";
    String asked = pod.path("metadata").path("annotations").path(ANNOTATION).asText(byImage);
    String name = asked.toUpperCase(Locale.ROOT).replace('-', '_');
    boolean missing = image.contains("does-not-exist");
    return Arrays.stream(values())
        .filter(fault -> fault.name().equals(missing ? "NEVER_PULLS" : name))
        .findFirst()
        .orElse(NONE);
  }
}
