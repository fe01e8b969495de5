package dev.caravanserai.life;

import java.time.Duration;

/**
 * Times in a session's life.
 *
 * @param unschedulableAfter how long no node may take a pod until its start fails
 * @param failureRetention how long a session that has failed can still be read
 * @param stopTimeout how long a caller waits at most until a stopped session is gone
 */
public record LifeLimits(
    Duration unschedulableAfter, Duration failureRetention, Duration stopTimeout) {}
