package dev.caravanserai.cluster;

import dev.caravanserai.session.SessionKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.LongSupplier;

/**
 * When each session is due. A session that was taken and is still there is returned again after 1
 * s, 2 s, 4 s and so on up to a minute, so one that cannot be ended does not hold up the others.
 * Not thread-safe.
 */
final class ExpiryQueue {
  private static final Duration FIRST = Duration.ofSeconds(1);
  private static final Duration LONGEST = Duration.ofMinutes(1);

  private record Due(Instant at, SessionKey key) {}

  /** Not returned before {@code nanos}; the next pause is twice as long. */
  private record Pause(Duration length, long nanos) {}

  private static final Comparator<Due> SOONEST =
      Comparator.comparing(Due::at).thenComparing(due -> due.key().toString());

  private final TreeSet<Due> sorted = new TreeSet<>(SOONEST);
  private final Map<SessionKey, Due> dues = new HashMap<>();
  private final Map<SessionKey, Pause> pauses = new HashMap<>();
  private final LongSupplier nanos;

  /**
   * @param nanos a monotonic clock, such as {@link System#nanoTime}
   */
  ExpiryQueue(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /** A time other than the last one ends its pause. */
  void set(SessionKey key, Instant at) {
    Due due = new Due(at, key);
    if (!due.equals(dues.get(key))) {
      remove(key);
      dues.put(key, due);
      sorted.add(due);
    }
  }

  void remove(SessionKey key) {
    pauses.remove(key);
    Optional.ofNullable(dues.remove(key)).ifPresent(sorted::remove);
  }

  Optional<Instant> at(SessionKey key) {
    return Optional.ofNullable(dues.get(key)).map(Due::at);
  }

  /** The most overdue first. Costs nothing when there are none. */
  List<SessionKey> take(Instant now) {
    List<SessionKey> taken = new ArrayList<>();
    for (Due due : sorted) {
      if (due.at().isAfter(now)) {
        break;
      }
      if (pausedFor(due.key()) <= 0) {
        taken.add(due.key());
        pauses.compute(due.key(), (key, before) -> next(before));
      }
    }
    return taken;
  }

  private long pausedFor(SessionKey key) {
    return Optional.ofNullable(pauses.get(key)).map(p -> p.nanos() - nanos.getAsLong()).orElse(0L);
  }

  private Pause next(Pause before) {
    Duration length = before == null ? FIRST : before.length().multipliedBy(2);
    Duration capped = length.compareTo(LONGEST) < 0 ? length : LONGEST;
    return new Pause(capped, nanos.getAsLong() + capped.toNanos());
  }
}
