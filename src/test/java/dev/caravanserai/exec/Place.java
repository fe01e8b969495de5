package dev.caravanserai.exec;

import dev.caravanserai.cluster.ContainerRef;
import dev.caravanserai.session.ExecResult;
import dev.caravanserai.session.ExecSpec;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Somewhere that commands run, for tests. */
record Place(String name, Execs execs, ContainerRef container) {

  ExecHandle start(ExecSpec spec) {
    return execs.start(container, spec);
  }

  ExecResult run(ExecSpec spec) {
    return await(start(spec));
  }

  static ExecResult await(ExecHandle handle) {
    return handle.result().toCompletableFuture().orTimeout(5, TimeUnit.MINUTES).join();
  }

  /** A time-out that leaves a command the time to begin, on however slow a machine. */
  Duration enough() {
    return Duration.ofSeconds(1).plus(run(ExecSpec.script("true")).duration().multipliedBy(20));
  }

  /** The command lines of all its processes. */
  String processes() {
    String script = "for p in /proc/[0-9]*; do tr '\\0' ' ' <$p/cmdline; echo; done 2>/dev/null";
    return Texts.of(run(ExecSpec.script(script)).stdout());
  }

  @Override
  public String toString() {
    return name;
  }
}
