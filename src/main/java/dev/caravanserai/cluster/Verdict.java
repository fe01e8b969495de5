package dev.caravanserai.cluster;

import dev.caravanserai.session.Failure;
import dev.caravanserai.session.State;
import java.util.Optional;

/** What is concluded of a session. */
record Verdict(State state, boolean ready, Optional<Failure> failure) {
  static final Verdict STOPPING = of(State.STOPPING);
  static final Verdict COMPLETED = of(State.COMPLETED);
  static final Verdict READY = new Verdict(State.RUNNING, true, Optional.empty());

  private static Verdict of(State state) {
    return new Verdict(state, false, Optional.empty());
  }

  static Verdict failed(Failure failure) {
    return new Verdict(State.FAILED, false, Optional.of(failure));
  }

  /** Of a session that cannot be used now. One that has been ready is never PENDING again. */
  static Verdict notReady(boolean started) {
    return of(started ? State.RUNNING : State.PENDING);
  }

  boolean ended() {
    return state == State.COMPLETED || state == State.FAILED;
  }
}
