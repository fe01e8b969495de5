package dev.caravanserai.component;

import dev.caravanserai.cluster.Cluster;
import dev.caravanserai.cluster.Timers;
import dev.caravanserai.contract.Contract;
import dev.caravanserai.exec.ExecLimits;
import dev.caravanserai.exec.Execs;
import dev.caravanserai.life.LifeLimits;
import dev.caravanserai.life.PodGone;
import dev.caravanserai.profile.PlanDefaults;
import dev.caravanserai.profile.PlanDefaults.Lifetimes;
import dev.caravanserai.profile.Planner;
import dev.caravanserai.profile.Profiles;
import dev.caravanserai.settings.Settings;
import java.util.concurrent.ScheduledExecutorService;

/**
 * The services that the component uses. Immutable and thread-safe.
 *
 * @param routesTenant tenant of exchanges without a principal if their route names none
 * @param timer for tasks of microseconds; its thread ends with {@link #close}
 * @param continuations where routes go on after an operation; their threads end with {@link #close}
 */
public record PodServices(
    Cluster cluster,
    Planner planner,
    Contract contract,
    Execs execs,
    LifeLimits lifeLimits,
    String routesTenant,
    ScheduledExecutorService timer,
    Continuations continuations)
    implements AutoCloseable {

  /**
   * Creates them, for the server and for an application that has only the jar.
   *
   * @param cluster closed by the caller
   */
  public static PodServices of(
      Cluster cluster, Profiles profiles, Contract contract, Settings settings) {
    ScheduledExecutorService timer = Timers.named("pod-timer");
    Continuations continuations = new Continuations(settings.get(Settings.THREADS));
    Execs execs =
        new Execs(
            cluster.execs(),
            timer,
            continuations.own(),
            new PodGone(cluster.sessions(), cluster.objects()::get),
            limits(settings));
    return new PodServices(
        cluster,
        new Planner(profiles, defaults(cluster, settings)),
        contract,
        execs,
        new LifeLimits(
            settings.get(Settings.SESSION_UNSCHEDULABLE_AFTER),
            settings.get(Settings.SESSION_FAILURE_RETENTION),
            settings.get(Settings.SESSION_STOP_TIMEOUT)),
        settings.get(Settings.ROUTES_TENANT),
        timer,
        continuations);
  }

  private static PlanDefaults defaults(Cluster cluster, Settings settings) {
    return new PlanDefaults(
        cluster.namespace(),
        cluster.name(),
        settings.get(Settings.PROFILE_DEFAULT),
        new Lifetimes(
            settings.get(Settings.SESSION_TIMEOUT),
            settings.get(Settings.SESSION_MAX_TIMEOUT),
            settings.get(Settings.SESSION_START_TIMEOUT)),
        settings.get(Settings.SESSION_METADATA_LIMIT));
  }

  private static ExecLimits limits(Settings settings) {
    return new ExecLimits(
        settings.get(Settings.EXEC_TIMEOUT),
        settings.get(Settings.EXEC_MAX_TIMEOUT),
        settings.get(Settings.EXEC_OUTPUT_LIMIT),
        settings.get(Settings.EXEC_MEMORY),
        settings.get(Settings.EXEC_KILL_GRACE),
        settings.get(Settings.EXEC_PARALLEL));
  }

  /** Cancels the execs that run, and ends timer and threads. The cluster stays open. */
  @Override
  public void close() {
    execs.close();
    timer.shutdownNow();
    continuations.close();
  }
}
