package dev.caravanserai.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;

/**
 * The host's mounts and their options. A user namespace may not take options away, so a read-only
 * mount repeats those of the mount it comes from.
 */
record HostMounts(TreeMap<Path, String> options) {

  static HostMounts read() throws IOException {
    TreeMap<Path, String> found = new TreeMap<>();
    for (String line : Files.readAllLines(Path.of("/proc/self/mountinfo"))) {
      String[] fields = line.split(" ");
      found.put(Path.of(fields[4].replace("\\040", " ")), fields[5]);
    }
    return new HostMounts(found);
  }

  /** The options that make a mount of this file or folder read-only. */
  String readOnly(Path path) {
    Path at = path;
    while (at != null && !options.containsKey(at)) {
      at = at.getParent();
    }
    String own = at == null ? "rw" : options.get(at);
    return ("," + own + ",").replace(",rw,", ",ro,").replaceAll("^,|,$", "");
  }

  /** The mounts below a folder that its user can reach. */
  List<Path> below(Path folder) {
    return options.keySet().stream()
        .filter(m -> m.startsWith(folder) && !m.equals(folder) && Files.exists(m))
        .toList();
  }
}
