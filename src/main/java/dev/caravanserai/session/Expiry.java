package dev.caravanserai.session;

import java.time.Duration;
import java.time.Instant;

/**
 * When a session has to be gone.
 *
 * @param createdAt when it was asked for
 * @param lifetime how long it may live from then
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

  public boolean due(Instant now) {
    return !now.isBefore(expiresAt());
  }
}
