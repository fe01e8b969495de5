package dev.caravanserai.cluster;

import dev.caravanserai.session.Session;
import dev.caravanserai.session.SessionKey;
import dev.caravanserai.session.State;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Every session of a cluster as it was last known, and when each is due. Read-only: watches and
 * answers to requests keep it up to date. Safe for use by several threads; no call but {@link
 * #refresh} asks the cluster.
 */
public interface SessionIndex {

  Optional<Session> find(SessionKey key);

  /** All sessions, the oldest first. */
  List<Session> all();

  /** How many there are of a profile in a state. */
  long count(String profile, State state);

  /** All that is known of a session, read at one moment. */
  Optional<SessionSnapshot> snapshot(SessionKey key);

  /** The session's anchor as it was last known. */
  default Optional<ConfigMap> anchor(SessionKey key) {
    return snapshot(key).flatMap(SessionSnapshot::anchor);
  }

  /** The session's pod as it was last known. */
  default Optional<Pod> pod(SessionKey key) {
    return snapshot(key).flatMap(SessionSnapshot::pod);
  }

  /**
   * The sessions that should be gone by now, the most overdue first. What is taken and is there
   * still is returned again later, each time after twice as long, a minute at most. Costs nothing
   * when there are none.
   */
  List<Session> takeDue(Instant now);

  /** See {@link SessionSnapshot#dueAt}. */
  default Optional<Instant> dueAt(SessionKey key) {
    return snapshot(key).flatMap(SessionSnapshot::dueAt);
  }

  /** The pods that are not being deleted and whose anchor is not known, or no longer. */
  List<Pod> orphans();

  /** The session that an object belongs to, as it was first reported; empty if it names none. */
  Optional<SessionKey> keyOf(HasMetadata object);

  /** The id of the tenant's session that was made with an Idempotency-Key of this hash. */
  Optional<String> madeWith(String tenant, String idempotencyKey);

  /**
   * Asks the cluster for a session that is not known, or not as it is now: another replica may have
   * made it, or got it ready, a moment ago. Never for lists, and cheap also for many unknown ones
   * at once.
   *
   * @return the session as the cluster has it, known to this index too; empty if there is none
   */
  CompletionStage<Optional<Session>> refresh(SessionKey key);

  /**
   * Delivers every update from now on, see {@link SessionListener}.
   *
   * @param name of the subscriber, for metrics and health
   * @param capacity how many updates may wait for the listener; later ones are dropped and counted
   */
  Subscription subscribe(String name, int capacity, SessionListener listener);
}
