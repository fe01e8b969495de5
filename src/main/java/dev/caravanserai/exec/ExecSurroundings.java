package dev.caravanserai.exec;

import dev.caravanserai.cluster.ContainerRef;
import dev.caravanserai.cluster.ExecOpener;
import dev.caravanserai.session.Failure;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Function;

/** What all execs of one cluster share. */
record ExecSurroundings(
    ExecOpener opener,
    Killer killer,
    ScheduledExecutorService scheduler,
    Executor answers,
    Function<ContainerRef, Optional<Failure>> gone) {}
