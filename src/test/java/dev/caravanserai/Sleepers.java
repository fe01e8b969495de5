package dev.caravanserai;

import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Processes in a session that ignore TERM. Each pair sleeps for a unique time, by which it is found
 * where pods see the processes of the machine.
 */
final class Sleepers {
  private final String session;
  private final String seconds =
      String.valueOf(ThreadLocalRandom.current().nextInt(100_000_000, 1_000_000_000));

  Sleepers(String session) {
    this.session = session;
  }

  /** A script that waits for two of them, one of which has left its process group. */
  String two() {
    return "trap '' TERM; setsid sh -c 'trap \"\" TERM; sleep %1$s' & sleep %1$s"
        .formatted(seconds);
  }

  /** How many processes of this machine there are: those of the local cluster's pods, too. */
  long onThisMachine() {
    return ProcessHandle.allProcesses()
        .filter(process -> process.info().commandLine().orElse("").endsWith("sleep " + seconds))
        .filter(process -> !process.info().command().orElse("").endsWith("sh"))
        .count();
  }

  /** How many there are now. */
  int count(Api api) {
    String script =
        "for p in /proc/[0-9]*; do tr '\\0' ' ' < $p/cmdline 2>/dev/null; echo; done"
            + " | grep -c '^sleep "
            + seconds
            + "'";
    return Integer.parseInt(api.exec(session, Map.of("script", script)).field("stdout").strip());
  }
}
