package dev.caravanserai.cluster;

import java.time.Instant;
import java.util.Optional;

/** The current status of one watch. Thread-safe. */
public interface WatchStatus {
  String namespace();

  /** The kind of the watched objects, such as {@code Pod}. */
  String kind();

  /** Whether it is connected. */
  boolean connected();

  /** How often it was interrupted and began again. */
  long interruptions();

  /** When it began, or was last interrupted. */
  Instant since();

  /** When the cluster answered last. */
  Instant lastContact();

  /** What the last attempt failed with; empty while it is connected. */
  Optional<String> problem();
}
