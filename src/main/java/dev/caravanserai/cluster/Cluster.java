package dev.caravanserai.cluster;

import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.Session;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * Where sessions live. Safe for use by several threads. No call waits: what a stage fails with is a
 * {@link dev.caravanserai.session.FailureException}.
 */
public interface Cluster extends ExecOpener, AutoCloseable {

  /** Its name in sessions and settings. */
  String name();

  /** Where sessions go whose profile names no namespace. */
  String namespace();

  /** What lives there now, kept up to date by watches. */
  SessionIndex sessions();

  /**
   * Keeps up to date with a namespace, once.
   *
   * @return done when all that is there is known; fails with FORBIDDEN where it may not be read
   */
  CompletionStage<Void> watch(String namespace);

  /**
   * Asks for a session that {@link #sessions()} does not know, or not as it is now: another replica
   * may have made it, or got it ready, a moment ago. Never for lists, and cheap also for many
   * unknown ones at once.
   *
   * @return the session as the cluster has it, known to the index too; empty if there is none
   */
  CompletionStage<Optional<Session>> lookFor(SessionKey key);

  /**
   * Creates an object under its fixed name.
   *
   * @return the object as the cluster has it; fails with CONFLICT when the name is taken,
   *     QUOTA_EXCEEDED, FORBIDDEN, CONFIG_ERROR (refused as invalid), CLUSTER_UNREACHABLE
   */
  <T extends HasMetadata> CompletionStage<T> create(T object);

  /** Reads an object as it is now, past all caches. */
  <T extends HasMetadata> CompletionStage<Optional<T>> get(
      Class<T> type, String namespace, String name);

  /**
   * Asks for an object to be deleted; what it owns goes with it.
   *
   * @param uid of the one that is meant: another that has taken its name since is left alone; empty
   *     for whichever has the name
   * @return whether there was one
   */
  CompletionStage<Boolean> delete(ObjectRef object, Optional<String> uid);

  /** Sets annotations and keeps all else; does nothing where the object is gone. */
  CompletionStage<Void> annotate(ObjectRef object, Map<String, String> annotations);

  /** The last warning events about an object, oldest first, as {@code Reason: message}. */
  CompletionStage<List<String>> warnings(String namespace, String uid);

  /** Reads a container's log, byte for byte. */
  CompletionStage<byte[]> logs(ContainerRef container, LogQuery query);

  /** How many requests to the cluster have failed with this code since the start. */
  long failures(FailureCode code);

  /** Tells each watch that there is, and each that comes; some may be told twice. */
  void onWatch(Consumer<WatchStatus> listener);

  /** Stops watching and frees everything; sessions live on. */
  @Override
  void close();
}
