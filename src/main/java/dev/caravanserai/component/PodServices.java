package dev.caravanserai.component;

import dev.caravanserai.cluster.Cluster;
import dev.caravanserai.exec.ExecLimits;
import dev.caravanserai.exec.Execs;
import dev.caravanserai.profile.PlanContext;
import dev.caravanserai.profile.Planner;
import dev.caravanserai.session.Contract;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * What the component works with.
 *
 * @param contexts a fresh planning context for each request
 * @param unschedulableAfter how long no node may take a pod until its start fails
 * @param failureRetention how long a session that failed to start can still be read
 */
public record PodServices(
    Cluster cluster,
    Planner planner,
    Supplier<PlanContext> contexts,
    Contract contract,
    Execs execs,
    ExecLimits execLimits,
    Duration unschedulableAfter,
    Duration failureRetention) {}
