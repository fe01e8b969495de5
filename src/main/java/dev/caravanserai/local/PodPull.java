package dev.caravanserai.local;

import java.time.Duration;
import java.util.function.BiConsumer;

/**
 * An image that can never be pulled: what the kubelet says of it, again and again.
 *
 * @param later runs a task after a while, as long as the pod is there
 */
record PodPull(
    PodStatus status, PodEvents events, ContainerRun run, BiConsumer<Duration, Runnable> later) {
  private static final long LONGEST_SECONDS = 30;

  void fail(long seconds) {
    String image = run.spec.path("image").asText();
    String why =
        "failed to resolve reference \"%s\": not found (a fault asked for)".formatted(image);
    event("Normal", "Pulling", "Pulling image \"" + image + "\"");
    event("Warning", "Failed", "Failed to pull image \"%s\": %s".formatted(image, why));
    event("Warning", "Failed", "Error: ErrImagePull");
    run.state = ContainerRun.waiting("ErrImagePull", why);
    status.publish();
    later.accept(Duration.ofMillis(500), () -> backOff(image, seconds));
  }

  private void backOff(String image, long seconds) {
    String message = "Back-off pulling image \"" + image + "\"";
    event("Normal", "BackOff", message);
    event("Warning", "Failed", "Error: ImagePullBackOff");
    run.state = ContainerRun.waiting("ImagePullBackOff", message);
    status.publish();
    later.accept(Duration.ofSeconds(seconds), () -> fail(Math.min(LONGEST_SECONDS, seconds * 2)));
  }

  private void event(String type, String reason, String message) {
    events.write(type, reason, message, run.name);
  }
}
