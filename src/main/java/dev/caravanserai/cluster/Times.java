package dev.caravanserai.cluster;

import dev.caravanserai.session.Annotations;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Reads times from annotations, which may have been edited by hand. */
public final class Times {
  private static final Instant LAST = Instant.parse("9999-12-31T00:00:00Z");

  /** If even the longest lifetime is unreadable. */
  private static final Duration A_DAY = Duration.ofDays(1);

  private Times() {}

  /**
   * @param text RFC 3339, or null
   * @return empty if it is not a time, or before 1970 or after 9998
   */
  static Optional<Instant> parse(String text) {
    try {
      return Optional.ofNullable(text)
          .map(Instant::parse)
          .filter(t -> !t.isBefore(Instant.EPOCH) && t.isBefore(LAST));
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  /** From the annotation, else when Kubernetes created the object. */
  static Instant createdAt(HasMetadata object) {
    return SessionReader.instant(object, Annotations.CREATED_AT)
        .or(() -> parse(object.getMetadata().getCreationTimestamp()))
        .orElse(Instant.EPOCH);
  }

  /** By when the anchor's session has to be ready; empty if it does not say. */
  public static Optional<Instant> startBy(HasMetadata anchor) {
    return SessionReader.instant(anchor, Annotations.START_BY);
  }

  /** From the anchor, else from its pod, else the end of the longest lifetime. */
  public static Instant expiresAt(HasMetadata bearer, Optional<Pod> pod) {
    return SessionReader.instant(bearer, Annotations.EXPIRES_AT)
        .or(() -> pod.flatMap(p -> SessionReader.instant(p, Annotations.EXPIRES_AT)))
        .orElseGet(() -> createdAt(bearer).plus(longestLife(bearer)));
  }

  private static Duration longestLife(HasMetadata object) {
    String seconds = SessionReader.annotations(object).getOrDefault(Annotations.MAX_LIFETIME, "");
    return seconds.matches("[0-9]{1,9}") ? Duration.ofSeconds(Long.parseLong(seconds)) : A_DAY;
  }
}
