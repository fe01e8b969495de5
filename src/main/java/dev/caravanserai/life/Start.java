package dev.caravanserai.life;

import dev.caravanserai.cluster.ObjectRef;
import dev.caravanserai.profile.Plan;
import dev.caravanserai.session.Annotations;
import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.FailureException;
import dev.caravanserai.session.SessionKey;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A start in progress: it travels from step to step, from the anchor until the session is ready.
 * Thread-safe.
 */
public final class Start {
  private final SessionKey key;
  private final Plan plan;
  private final ObjectRef anchor;
  private final List<ObjectRef> objects = new CopyOnWriteArrayList<>();
  private final boolean settled;
  private volatile boolean joined;

  /**
   * @param anchor with its uid: the life of the session that this start is about
   * @param joined whether another request has created the anchor
   * @param settled whether the session was ready, or has ended, before this request joined it
   */
  Start(SessionKey key, Plan plan, ObjectRef anchor, boolean joined, boolean settled) {
    this.key = key;
    this.plan = plan;
    this.anchor = anchor;
    this.joined = joined;
    this.settled = settled;
  }

  public SessionKey key() {
    return key;
  }

  public Plan plan() {
    return plan;
  }

  public ObjectRef anchor() {
    return anchor;
  }

  /** The uid of the anchor. */
  public String life() {
    return anchor.uid().orElseThrow();
  }

  /** When the session expires, unless its anchor is changed. */
  public Instant expiresAt() {
    return Instant.parse(Lives.annotations(plan.anchor()).get(Annotations.EXPIRES_AT));
  }

  /** Whether the session belongs to another request. A joined request undoes nothing. */
  public boolean joined() {
    return joined;
  }

  /** Whether nothing is left to create: what is missing by now was taken away, or has ended. */
  public boolean settled() {
    return settled;
  }

  /** The failure of a start whose session was stopped meanwhile. */
  public FailureException stopped() {
    return FailureException.of(
        FailureCode.CONFLICT, "Session %s was stopped while it was starting.".formatted(key.id()));
  }

  /** Leaves the session to another request, although this one has created the anchor. */
  void yieldToOther() {
    joined = true;
  }

  /** Adds an object that the anchor owns. */
  void add(HasMetadata object) {
    objects.add(ObjectRef.to(object));
  }

  /** What the anchor owns, each with its uid, as far as this request has created or found it. */
  public List<ObjectRef> objects() {
    return objects;
  }

  /** The session's pod with its uid, once it has been created. */
  public Optional<ObjectRef> pod() {
    return objects.stream().filter(object -> object.kind().equals("Pod")).findFirst();
  }
}
