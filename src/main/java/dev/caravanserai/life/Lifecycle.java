package dev.caravanserai.life;

import dev.caravanserai.cluster.Cluster;
import java.util.concurrent.ScheduledExecutorService;

/** The steps of a session's life on one cluster, put together. Thread-safe. */
public final class Lifecycle implements AutoCloseable {
  private final UnconfirmedCreates unconfirmed;
  private final Anchors anchors;
  private final SessionObjects objects;
  private final Readiness readiness;
  private final AnchorNotes notes;
  private final Termination termination;
  private final DeletionWait deletion;

  /**
   * @param timer the caller's to shut down
   */
  public Lifecycle(Cluster cluster, LifeLimits limits, ScheduledExecutorService timer) {
    unconfirmed = new UnconfirmedCreates(cluster);
    anchors = new Anchors(cluster, unconfirmed);
    objects = new SessionObjects(cluster);
    readiness = new Readiness(cluster, limits.unschedulableAfter(), timer);
    notes = new AnchorNotes(cluster, limits.failureRetention());
    termination = new Termination(cluster);
    deletion = new DeletionWait(cluster, objects, limits.stopTimeout(), timer);
  }

  public Anchors anchors() {
    return anchors;
  }

  public SessionObjects objects() {
    return objects;
  }

  public Readiness readiness() {
    return readiness;
  }

  public AnchorNotes notes() {
    return notes;
  }

  public Termination termination() {
    return termination;
  }

  public DeletionWait deletion() {
    return deletion;
  }

  @Override
  public void close() {
    unconfirmed.close();
    readiness.close();
    deletion.close();
  }
}
