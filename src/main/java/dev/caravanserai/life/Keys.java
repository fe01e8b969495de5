package dev.caravanserai.life;

import dev.caravanserai.cluster.Cluster;
import dev.caravanserai.profile.Plan;
import dev.caravanserai.session.SessionKey;

/** Keys of sessions that are planned. */
public final class Keys {
  private Keys() {}

  public static SessionKey of(Cluster cluster, Plan plan) {
    return new SessionKey(cluster.name(), plan.spec().tenant(), plan.id());
  }
}
