package dev.caravanserai.life;

import dev.caravanserai.cluster.SessionKey;
import dev.caravanserai.profile.Plan;

/** Keys of sessions that are planned. */
public final class Keys {
  private Keys() {}

  public static SessionKey of(Plan plan) {
    return new SessionKey(plan.spec().tenant(), plan.id());
  }
}
