package dev.caravanserai.local;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Finds processes by the marker that the kubelet leaves in their environment, and ends them. */
final class ProcessTree {
  static final String MARKER = "CARAVANSERAI_LOCAL";

  private ProcessTree() {}

  /** Kills all whose marker begins so, until none is left (for at most 2 s). */
  static int kill(String prefix) {
    int killed = 0;
    for (int round = 0; round < 20; round++) {
      List<Long> found = marked(prefix);
      if (found.isEmpty()) {
        return killed;
      }
      for (long pid : found) {
        killed += ProcessHandle.of(pid).filter(ProcessHandle::destroyForcibly).isPresent() ? 1 : 0;
      }
      java.util.concurrent.locks.LockSupport.parkNanos(5_000_000L << Math.min(round, 4));
    }
    return killed;
  }

  static List<Long> marked(String prefix) {
    byte[] wanted = (MARKER + "=" + prefix).getBytes(StandardCharsets.UTF_8);
    List<Long> found = new ArrayList<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
      for (Path process : all) {
        if (has(process.resolve("environ"), wanted)) {
          found.add(Long.parseLong(process.getFileName().toString()));
        }
      }
    } catch (IOException e) {
      return found;
    }
    return found;
  }

  private static boolean has(Path environ, byte[] wanted) {
    byte[] all;
    try {
      all = Files.readAllBytes(environ);
    } catch (IOException e) {
      return false; // gone, or another user's
    }
    boolean begins = true;
    for (int i = 0; i + wanted.length <= all.length; i++) {
      if (begins && java.util.Arrays.equals(all, i, i + wanted.length, wanted, 0, wanted.length)) {
        return true;
      }
      begins = all[i] == 0;
    }
    return false;
  }
}
