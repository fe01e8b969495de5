package dev.caravanserai.cluster;

import java.util.Objects;

/** What tells one session from every other of a cluster: ids are unique within their tenant. */
public record SessionKey(String tenant, String id) {
  public SessionKey {
    Objects.requireNonNull(tenant, "tenant");
    Objects.requireNonNull(id, "id");
  }

  @Override
  public String toString() {
    return tenant + "/" + id;
  }
}
