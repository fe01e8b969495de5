package dev.caravanserai.session;

import java.util.Objects;

/** Identifies a session: its id is unique within its tenant on its cluster. */
public record SessionKey(String cluster, String tenant, String id) {
  public SessionKey {
    Objects.requireNonNull(cluster, "cluster");
    Objects.requireNonNull(tenant, "tenant");
    Objects.requireNonNull(id, "id");
  }

  @Override
  public String toString() {
    return cluster + "/" + tenant + "/" + id;
  }
}
