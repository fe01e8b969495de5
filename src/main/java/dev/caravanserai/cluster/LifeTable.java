package dev.caravanserai.cluster;

import dev.caravanserai.session.Annotations;
import dev.caravanserai.session.SessionKey;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The lives of all sessions of a cluster, and which life each known object belongs to. An object
 * stays in the life in which it was reported first, whatever happens to its annotations and owner
 * references later. Not thread-safe.
 */
final class LifeTable {
  private final Map<SessionKey, List<Life>> lives = new HashMap<>();
  private final Map<String, Life> byUid = new HashMap<>();
  private final Map<ObjectRef, Set<String>> byName = new HashMap<>();
  private final Map<Made, SessionKey> byIdempotencyKey = new HashMap<>();
  private final Tombstones dead = new Tombstones();
  private final SessionReader reader;

  LifeTable(SessionReader reader) {
    this.reader = reader;
  }

  /** With which Idempotency-Key, as its hash, a session was made. */
  private record Made(String tenant, String key) {}

  Optional<SessionKey> madeWith(String tenant, String idempotencyKey) {
    return Optional.ofNullable(byIdempotencyKey.get(new Made(tenant, idempotencyKey)));
  }

  /** The uids of the known objects of a name, in a new set. */
  Set<String> named(ObjectRef name) {
    return new HashSet<>(byName.getOrDefault(name, Set.of()));
  }

  /** The life that a known object belongs to. */
  Optional<Life> holder(String uid) {
    return Optional.ofNullable(byUid.get(uid));
  }

  Set<SessionKey> keys() {
    return lives.keySet();
  }

  /** The one with the latest anchor; the last that began, if none has one. */
  Optional<Life> current(SessionKey key) {
    return lives.getOrDefault(key, List.of()).stream()
        .reduce(
            (one, next) ->
                one.anchor().isEmpty()
                        || next.anchor().filter(a -> later(a, one.anchor().get())).isPresent()
                    ? next
                    : one);
  }

  /** The life whose anchor has this uid, known or not. */
  Optional<Life> of(SessionKey key, String anchorUid) {
    return lives.getOrDefault(key, List.of()).stream()
        .filter(life -> life.uid.equals(anchorUid))
        .findFirst();
  }

  /** The last known version of an object. */
  Optional<HasMetadata> object(String uid) {
    return holder(uid).flatMap(life -> life.known(uid));
  }

  /**
   * The session that an object belongs to: its annotations may have been changed since it was first
   * reported.
   */
  Optional<SessionKey> keyOf(HasMetadata object) {
    return holder(uid(object)).map(life -> life.key).or(() -> reader.key(object));
  }

  Stream<HasMetadata> objects() {
    return byUid.keySet().stream().flatMap(uid -> object(uid).stream());
  }

  /** The pods of the lives whose anchor is not known. */
  Stream<Pod> withoutAnchor() {
    return byUid.values().stream()
        .filter(life -> life.anchor().isEmpty())
        .distinct()
        .flatMap(life -> life.objects().stream())
        .map(Pod.class::cast);
  }

  /**
   * One name is one object at a time, so of two anchors of a name the later one is alive.
   *
   * @return the lives that a report of an anchor ends
   */
  List<Life> endedBy(HasMetadata object) {
    if (!(object instanceof ConfigMap) || byUid.containsKey(uid(object)) || dead.has(uid(object))) {
      return List.of();
    }
    List<Life> others = othersOfName(object);
    return others.stream().allMatch(life -> later(object, life.anchor().orElseThrow()))
        ? others
        : List.of();
  }

  private List<Life> othersOfName(HasMetadata anchor) {
    return reader.key(anchor).flatMap(key -> Optional.ofNullable(lives.get(key))).stream()
        .flatMap(List::stream)
        .filter(life -> !life.uid.equals(uid(anchor)))
        .filter(life -> life.anchor().filter(a -> sameName(a, anchor)).isPresent())
        .toList();
  }

  /**
   * Takes a report of an object into account, unless the object is known to be deleted, or known in
   * a later version.
   *
   * @return the life that it changed
   */
  Optional<Life> put(HasMetadata object) {
    String uid = uid(object);
    Optional<Life> holder = holder(uid);
    Optional<SessionKey> key = keyOf(object);
    if (key.isEmpty() || dead.has(uid)) {
      return Optional.empty();
    }
    String owner = object instanceof Pod pod ? anchorUid(pod).orElse(uid) : uid;
    Optional<Life> known = holder.or(() -> of(key.get(), owner));
    if (known.isEmpty() && dead.has(owner)
        || object(uid).filter(last -> !later(object, last)).isPresent()) {
      return Optional.empty();
    }
    if (holder.isEmpty() && object instanceof ConfigMap && !othersOfName(object).isEmpty()) {
      dead.add(uid);
      return Optional.empty();
    }
    Life life = known.orElseGet(() -> begin(key.get(), owner));
    object(uid).ifPresent(last -> unname(life.key, last));
    life.put(object);
    byUid.put(uid, life);
    byName.computeIfAbsent(ObjectRef.to(object).anyLife(), name -> new HashSet<>()).add(uid);
    made(life.key, object).ifPresent(made -> byIdempotencyKey.put(made, life.key));
    return Optional.of(life);
  }

  /**
   * An object is deleted: later reports of it are ignored.
   *
   * @return the life that it belonged to, if it was known
   */
  Optional<Life> remove(String uid) {
    dead.add(uid);
    Optional<HasMetadata> last = object(uid);
    Optional<Life> life = Optional.ofNullable(byUid.remove(uid));
    life.ifPresent(one -> one.remove(uid));
    last.ifPresent(object -> unname(life.orElseThrow().key, object));
    return life;
  }

  private void unname(SessionKey key, HasMetadata object) {
    byName.computeIfPresent(
        ObjectRef.to(object).anyLife(),
        (name, uids) -> uids.remove(uid(object)) && uids.isEmpty() ? null : uids);
    made(key, object).ifPresent(made -> byIdempotencyKey.remove(made, key));
  }

  private static Optional<Made> made(SessionKey key, HasMetadata object) {
    return Optional.of(object)
        .filter(ConfigMap.class::isInstance)
        .map(anchor -> SessionReader.annotations(anchor).get(Annotations.IDEMPOTENCY_KEY))
        .map(hash -> new Made(key.tenant(), hash));
  }

  /**
   * Drops the lives in a namespace, which may be reported again.
   *
   * @return their keys
   */
  List<SessionKey> forget(String namespace) {
    List<Life> dropped =
        objects()
            .filter(object -> object.getMetadata().getNamespace().equals(namespace))
            .map(object -> byUid.get(uid(object)))
            .distinct()
            .toList();
    dropped.forEach(life -> life.objects().forEach(object -> unname(life.key, object)));
    byUid.values().removeAll(dropped);
    dropped.forEach(this::end);
    return dropped.stream().map(life -> life.key).toList();
  }

  private Life begin(SessionKey key, String uid) {
    Life life = new Life(key, uid);
    lives.computeIfAbsent(key, k -> new ArrayList<>()).add(life);
    return life;
  }

  /** Drops a life of which no object is left. */
  void end(Life life) {
    lives.computeIfPresent(
        life.key,
        (key, all) -> {
          all.remove(life);
          return all.isEmpty() ? null : all;
        });
  }

  private static Optional<String> anchorUid(Pod pod) {
    return Optional.ofNullable(pod.getMetadata().getOwnerReferences()).stream()
        .flatMap(List::stream)
        .filter(owner -> owner.getKind().equals("ConfigMap"))
        .map(OwnerReference::getUid)
        .findFirst();
  }

  private static boolean sameName(HasMetadata one, HasMetadata other) {
    return ObjectRef.to(one).anyLife().equals(ObjectRef.to(other).anyLife());
  }

  /** Versions of one kind of object are numbers that grow (KEP-5504). */
  private static boolean later(HasMetadata object, HasMetadata known) {
    return version(object) > version(known) || version(object) < 0;
  }

  private static long version(HasMetadata object) {
    try {
      return Long.parseLong(object.getMetadata().getResourceVersion());
    } catch (NumberFormatException notComparable) {
      return -1;
    }
  }

  static String uid(HasMetadata object) {
    return object.getMetadata().getUid();
  }
}
