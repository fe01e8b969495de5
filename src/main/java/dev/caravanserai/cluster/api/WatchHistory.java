package dev.caravanserai.cluster.api;

import dev.caravanserai.cluster.WatchStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What has happened to the watch of one kind in a namespace, and how long to wait before the next
 * attempt. Thread-safe.
 */
final class WatchHistory implements WatchStatus {
  private static final Logger LOG = LoggerFactory.getLogger(WatchHistory.class);

  private final String namespace;
  private final String kind;
  private final Duration longestPause;
  private boolean connected;
  private long interruptions;
  private Instant since = Instant.now();
  private Instant lastContact = Instant.now();
  private Optional<String> problem = Optional.empty();
  private Duration pause = Duration.ZERO;

  WatchHistory(String namespace, String kind, Duration longestPause) {
    this.namespace = namespace;
    this.kind = kind;
    this.longestPause = longestPause;
  }

  synchronized void onOpened() {
    connected = true;
    lastContact = Instant.now();
    problem = Optional.empty();
  }

  /** An event arrived, or the watch ended at its time. */
  synchronized void onContact() {
    lastContact = Instant.now();
    pause = Duration.ZERO;
  }

  synchronized void onEnded() {
    connected = false;
  }

  /**
   * An attempt failed, or the watch ended before its time.
   *
   * @return the pause before the next attempt: none at first, then longer and longer
   */
  Duration onInterrupted(Exception why) {
    Duration now;
    synchronized (this) {
      connected = false;
      interruptions++;
      since = Instant.now();
      problem = Optional.of(why.toString());
      now = pause;
      Duration next = pause.multipliedBy(2).plusMillis(500);
      pause = next.compareTo(longestPause) < 0 ? next : longestPause;
    }
    if (now.isZero()) {
      LOG.info(
          "namespace={} watch of {} interrupted, goes on: {}", namespace, kind, problem().get());
    } else {
      LOG.debug("namespace={} watch of {} interrupted again: {}", namespace, kind, problem().get());
    }
    return now;
  }

  @Override
  public String namespace() {
    return namespace;
  }

  @Override
  public String kind() {
    return kind;
  }

  @Override
  public synchronized boolean connected() {
    return connected;
  }

  @Override
  public synchronized long interruptions() {
    return interruptions;
  }

  @Override
  public synchronized Instant since() {
    return since;
  }

  @Override
  public synchronized Instant lastContact() {
    return lastContact;
  }

  @Override
  public synchronized Optional<String> problem() {
    return problem;
  }
}
