package dev.caravanserai.cluster;

import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * The last objects that a watch told the end of, so that a read which was under way then does not
 * bring one back. Not thread-safe.
 */
final class Tombstones {
  private static final int KEPT = 4096;

  private final Set<String> uids =
      Collections.newSetFromMap(
          new LinkedHashMap<>() {
            @Override
            protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
              return size() > KEPT;
            }
          });

  void add(HasMetadata object) {
    uids.add(object.getMetadata().getUid());
  }

  boolean has(HasMetadata object) {
    return uids.contains(object.getMetadata().getUid());
  }
}
