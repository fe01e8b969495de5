package dev.caravanserai.cluster;

import java.util.HashMap;
import java.util.Map;

/** Divides a limited amount among tenants. Thread-safe. */
public final class Shares {
  private final long limit;
  private final Map<String, Long> taken = new HashMap<>();
  private long used;

  public Shares(long limit) {
    this.limit = limit;
  }

  /**
   * Takes an amount, to be given back with {@link #giveBack}.
   *
   * @return false if not so much is left, or the tenant would have more than three quarters
   */
  public synchronized boolean take(String tenant, long amount) {
    long theirs = taken.getOrDefault(tenant, 0L) + amount;
    if (used + amount > limit || theirs > limit - limit / 4) {
      return false;
    }
    used += amount;
    taken.put(tenant, theirs);
    return true;
  }

  /** Takes an amount that is in use already, even beyond the limit. */
  public synchronized void takeInUse(String tenant, long amount) {
    used += amount;
    taken.merge(tenant, amount, Long::sum);
  }

  public synchronized void giveBack(String tenant, long amount) {
    used -= amount;
    taken.computeIfPresent(tenant, (name, had) -> had == amount ? null : had - amount);
  }

  public synchronized long used() {
    return used;
  }
}
