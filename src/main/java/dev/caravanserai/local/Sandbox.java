package dev.caravanserai.local;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * How a container's processes are set apart from the host's: in mount and pid namespaces of their
 * own, for an ordinary user inside a user namespace. The scripts beside this class do the work.
 */
final class Sandbox {
  /** A folder of the host and where the container sees it. */
  record Mount(Path source, String target, boolean readOnly) {}

  private static final String UNSHARE = "/usr/bin/unshare -m -p --fork --kill-child";

  private final String kind;
  private final List<String> unshare;
  private final List<String> nsenter;
  private final Path hidden;
  private final String container = resource("program.sh") + resource("container.sh");
  private final String exec = resource("program.sh") + resource("exec.sh");
  private final String terminal = resource("terminal.py");

  private Sandbox(String kind, String unshare, String nsenter, Path hidden) {
    this.kind = kind;
    this.unshare = words(unshare);
    this.nsenter = words(nsenter);
    this.hidden = hidden;
  }

  /**
   * What this machine allows this user; {@link #separate()} tells.
   *
   * @param hidden the server's own folder, which no container may read
   */
  static Sandbox ofThisMachine(Path hidden) {
    String user = UNSHARE + " -U -c --keep-caps";
    if (works(UNSHARE)) {
      return new Sandbox("root", UNSHARE, "-m -p -r", hidden);
    }
    return works(user)
        ? new Sandbox("user", user, "-U --preserve-credentials -m -p -r", hidden)
        : none(hidden);
  }

  /** For a machine that allows no namespaces. */
  static Sandbox none(Path hidden) {
    return new Sandbox("none", "", "", hidden);
  }

  /** Whether containers get namespaces; if not, they run as plain processes of the host. */
  boolean separate() {
    return !unshare.isEmpty();
  }

  /**
   * The command of a container's first process; its first line of output says how it started.
   *
   * @param layer an empty folder for it
   */
  List<String> container(Path layer, String dir, List<Mount> mounts, List<String> argv) {
    List<String> all = new ArrayList<>(unshare);
    all.addAll(List.of("/bin/sh", "-c", container, "container"));
    List<Mount> bound = separate() ? mounts : List.of();
    String count = Integer.toString(bound.size());
    all.addAll(List.of(kind, layer.toString(), hidden.toString(), dir, count));
    for (Mount mount : bound) {
      all.addAll(
          List.of(mount.readOnly() ? "ro" : "rw", mount.source().toString(), mount.target()));
    }
    all.addAll(argv);
    return all;
  }

  /** The command of a program beside it; the first line of its stderr says how it started. */
  List<String> beside(long pid, String dir, List<String> argv, Optional<Path> terminalSize) {
    List<String> all = new ArrayList<>();
    terminalSize.ifPresent(
        size -> all.addAll(List.of("/usr/bin/python3", "-c", terminal, size.toString())));
    if (separate()) {
      all.addAll(List.of("/usr/bin/nsenter", "--no-fork", "-t", Long.toString(pid)));
      all.addAll(nsenter);
    }
    all.addAll(List.of("/bin/sh", "-c", exec, "exec"));
    all.add(terminalSize.isPresent() ? "terminal" : separate() ? "pipes" : "plain");
    all.add(separate() ? dir : ".");
    all.addAll(argv);
    return all;
  }

  private static boolean works(String prefix) {
    List<String> all = words(prefix);
    all.addAll(List.of("/bin/sh", "-c", "mount -t tmpfs none /tmp && mount -t proc proc /proc"));
    try {
      Process probe =
          new ProcessBuilder(all)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectInput(new File("/dev/null"))
              .start();
      boolean ended = probe.waitFor(60, TimeUnit.SECONDS);
      probe.destroyForcibly();
      return ended && probe.exitValue() == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static List<String> words(String text) {
    return new ArrayList<>(text.isEmpty() ? List.of() : List.of(text.split(" ")));
  }

  private static String resource(String name) {
    try (InputStream in = Sandbox.class.getResourceAsStream(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
