package dev.caravanserai.cluster;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * The uids of the last deleted objects. Watches, lists, direct reads and the answers to requests
 * arrive in any order, so an object may be reported after its deletion; a uid is never used again.
 * Not thread-safe.
 */
final class Tombstones {
  private static final int KEPT = 10_000;

  private final Set<String> uids =
      Collections.newSetFromMap(
          new LinkedHashMap<>() {
            @Override
            protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
              return size() > KEPT;
            }
          });

  void add(String uid) {
    uids.add(uid);
  }

  boolean has(String uid) {
    return uids.contains(uid);
  }
}
