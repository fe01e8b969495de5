package dev.caravanserai.exec;

import dev.caravanserai.cluster.ContainerRef;
import dev.caravanserai.session.ExecResult;
import dev.caravanserai.session.ExecSpec;
import java.util.concurrent.TimeUnit;

/** Somewhere that commands run, for tests. */
record Place(String name, Execs execs, ContainerRef container, ExecLimits limits) {

  ExecHandle start(ExecSpec spec) {
    return execs.start(container, spec, limits);
  }

  ExecResult run(ExecSpec spec) {
    return await(start(spec));
  }

  static ExecResult await(ExecHandle handle) {
    return handle.result().toCompletableFuture().orTimeout(60, TimeUnit.SECONDS).join();
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
