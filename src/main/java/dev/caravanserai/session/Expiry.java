package dev.caravanserai.session;

import java.time.Duration;
import java.time.Instant;

/**
 * When a session expires.
 *
 * @param createdAt when the session was requested
 * @param lifetime maximum life from then on; positive
 */
public record Expiry(Instant createdAt, Duration lifetime) {

  public Expiry {
    if (lifetime.isNegative() || lifetime.isZero()) {
      throw new IllegalArgumentException("lifetime must be positive, not " + lifetime);
    }
  }

  public Instant expiresAt() {
    return createdAt.plus(lifetime);
  }
}
