package dev.caravanserai.cluster;

import dev.caravanserai.session.Session;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Instant;
import java.util.Optional;

/**
 * What was known at one moment of one life of a session.
 *
 * @param dueAt when it should be gone; empty if no anchor is left
 */
public record SessionSnapshot(
    Session session, Optional<ConfigMap> anchor, Optional<Pod> pod, Optional<Instant> dueAt) {}
