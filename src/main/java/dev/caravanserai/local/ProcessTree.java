package dev.caravanserai.local;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** Finds and kills processes by a marker in their environment. */
final class ProcessTree {
  static final String MARKER = "CARAVANSERAI_LOCAL";

  private ProcessTree() {}

  /** Kills all processes whose marker begins with this, repeatedly for up to 10 s. */
  static int kill(String prefix) {
    int killed = 0;
    List<ProcessHandle> found = marked(prefix);
    for (int round = 0; round < 130 && !found.isEmpty(); round++) {
      killed += (int) found.stream().filter(ProcessHandle::destroyForcibly).count();
      LockSupport.parkNanos(5_000_000L << Math.min(round, 4));
      found = marked(prefix);
    }
    return killed;
  }

  static List<ProcessHandle> marked(String prefix) {
    String wanted = "\0" + MARKER + "=" + prefix;
    return ProcessHandle.allProcesses().filter(p -> environment(p).contains(wanted)).toList();
  }

  private static String environment(ProcessHandle process) {
    try {
      byte[] all = Files.readAllBytes(Path.of("/proc/" + process.pid() + "/environ"));
      return "\0" + new String(all, StandardCharsets.ISO_8859_1);
    } catch (IOException goneOrOfAnotherUser) {
      return "";
    }
  }
}
