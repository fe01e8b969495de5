package dev.caravanserai.cluster;

import dev.caravanserai.session.Failure;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.Optional;

/**
 * Why a session's pod failed, for as long as it gets no further. The kubelet tries some things
 * again and again: between two tries that fail in the same way nothing has changed, though the
 * pod's status looks as if it were only waiting. Not safe for use by several threads.
 */
final class LastingFailure {
  private Optional<Pod> failed = Optional.empty();

  /**
   * @param pod as it is now
   * @return its failure; that of an earlier status where it got no further since
   */
  Optional<Failure> of(Optional<Pod> pod) {
    failed =
        pod.filter(now -> PodStatusReader.failure(now).isPresent())
            .or(() -> failed.filter(before -> pod.filter(now -> stuck(before, now)).isPresent()));
    return failed.flatMap(PodStatusReader::failure);
  }

  private static boolean stuck(Pod before, Pod now) {
    return before.getMetadata().getUid().equals(now.getMetadata().getUid())
        && PodStatusReader.noFurther(before, now);
  }
}
