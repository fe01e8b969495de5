package dev.caravanserai.exec;

import java.util.concurrent.atomic.AtomicLong;

/** How many bytes of output its users together may keep in memory. Thread-safe. */
public final class MemoryBudget {
  private final long most;
  private final AtomicLong used = new AtomicLong();

  MemoryBudget(long most) {
    this.most = most;
  }

  /** Takes bytes if that many are left. */
  public boolean take(long bytes) {
    long before = used.get();
    while (before + bytes <= most) {
      if (used.compareAndSet(before, before + bytes)) {
        return true;
      }
      before = used.get();
    }
    return false;
  }

  public void giveBack(long bytes) {
    used.addAndGet(-bytes);
  }

  long used() {
    return used.get();
  }
}
