package dev.caravanserai.exec;

import dev.caravanserai.cluster.ContainerRef;
import dev.caravanserai.session.ExecSpec;

/**
 * One command that somebody asked for.
 *
 * @param id its name everywhere, also in the environment of its processes
 * @param mark precedes what the supervisor says, and is known to nobody else
 */
record ExecRequest(
    String id, String mark, ContainerRef container, ExecSpec spec, ExecLimits limits) {}
