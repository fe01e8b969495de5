package dev.caravanserai.component;

import dev.caravanserai.cluster.SessionKey;
import dev.caravanserai.profile.Plan;

/** Keys of sessions. */
final class Keys {
  private Keys() {}

  static SessionKey of(Plan plan) {
    return new SessionKey(plan.spec().tenant(), plan.id());
  }
}
