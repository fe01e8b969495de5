package dev.caravanserai.cluster;

import dev.caravanserai.session.FailureCode;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/** Where sessions live, by job. Safe for use by several threads. */
public interface Cluster extends AutoCloseable {

  /** Its name in sessions and settings. */
  String name();

  /** Where sessions go whose profile names no namespace. */
  String namespace();

  Objects objects();

  ExecOpener execs();

  Logs logs();

  /** The sessions that live there, kept up to date by watches. */
  SessionIndex sessions();

  /**
   * Watches a namespace, unless it is watched already.
   *
   * @return done when its sessions are known; fails with FORBIDDEN if it may not be read
   */
  CompletionStage<Void> watch(String namespace);

  /** The namespaces that are watched, now. */
  List<String> namespaces();

  /**
   * The namespaces in which sessions may live: all that were to be watched, also if that failed.
   */
  Set<String> places();

  /** Whether it answers, and what listeners have lost. */
  ClusterHealth health();

  /** How many requests to the cluster have failed with this code since the start. */
  long failures(FailureCode code);

  /** How many requests to the cluster wait because too many are under way. */
  int waiting();

  /** Calls the listener for each watch, present and future; for some twice. */
  void onWatch(Consumer<WatchStatus> listener);

  /** Stops watching and frees everything; sessions live on. */
  @Override
  void close();
}
