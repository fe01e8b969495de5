package dev.caravanserai.local;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a container's processes are set apart from the host's: in mount and pid namespaces of their
 * own, for an ordinary user inside a user namespace. The scripts beside this class do the work.
 */
final class Sandbox {
  /** A folder of the host and where the container sees it. */
  record Mount(Path source, String target, boolean readOnly) {}

  private static final Logger LOG = LoggerFactory.getLogger(Sandbox.class);
  static final String PYTHON = "/usr/bin/python3";

  /** Of signals that the server ignores, because it was started in the background, say. */
  private static final String DEFAULT_SIGNALS =
      "import os,signal as s,sys;[s.signal(n,s.SIG_DFL) for n in s.valid_signals()-{9,19}];"
          + "os.execv(sys.argv[1],sys.argv[1:])";

  private static final String UNSHARE = "/usr/bin/unshare -m -p";

  /**
   * Waits for the first process of a pid namespace, which ends with this one. unshare --fork would
   * exit with 1 when that process is killed.
   */
  private static final List<String> WAIT =
      List.of(
          "/bin/sh",
          "-c",
          "exec 3>&2 2>/dev/null; \"$@\" 2>&3 3>&-; exit $?",
          "wait",
          "/usr/bin/setpriv",
          "--pdeathsig",
          "KILL");

  private final String kind;
  private final List<String> unshare;
  private final List<String> nsenter;
  private final Path hidden;
  private final String container = resource("program.sh") + resource("container.sh");
  private final String exec = resource("program.sh") + resource("exec.sh");
  private final String terminal = resource("terminal.py");
  private final String launch = launch();

  private Sandbox(String kind, String unshare, String nsenter, Path hidden) {
    this.kind = kind;
    this.unshare = unshare.isEmpty() ? List.of() : waiting(unshare);
    this.nsenter = List.of(nsenter.split(" "));
    this.hidden = hidden;
  }

  /**
   * What this machine allows this user; {@link #separate()} tells.
   *
   * @param hidden the server's own folder, which no container may read
   */
  static Sandbox ofThisMachine(Path hidden) {
    String user = UNSHARE + " -U -c --keep-caps";
    if (mounts(UNSHARE)) {
      return new Sandbox("root", UNSHARE, "-m -p -r", hidden);
    }
    return mounts(user)
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
   * A container's first process; its first line of output says how it started.
   *
   * @param layer an empty folder for it
   */
  ProcessBuilder container(
      Path layer, String dir, List<Mount> mounts, List<String> argv, Map<String, String> env) {
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
    return process(all, env);
  }

  /** A program beside it; the first line of its stderr says how it started. */
  ProcessBuilder beside(
      long pid,
      String dir,
      List<String> argv,
      Map<String, String> env,
      Optional<Path> terminalSize) {
    List<String> all = new ArrayList<>();
    terminalSize.ifPresent(size -> all.addAll(List.of(PYTHON, "-c", terminal, size.toString())));
    if (separate()) {
      all.addAll(List.of("/usr/bin/nsenter", "--no-fork", "-t", Long.toString(pid)));
      all.addAll(nsenter);
    }
    all.addAll(List.of("/bin/sh", "-c", exec, "exec"));
    all.add(terminalSize.isPresent() ? "terminal" : separate() ? "pipes" : "plain");
    all.add(separate() ? dir : ".");
    all.addAll(argv);
    return process(all, env);
  }

  /** The environment is the program's, not that of the scripts and tools that start it. */
  private ProcessBuilder process(List<String> command, Map<String, String> env) {
    ProcessBuilder process = new ProcessBuilder(command);
    Map<String, String> own = process.environment();
    own.clear();
    own.put(ProcessTree.MARKER, env.getOrDefault(ProcessTree.MARKER, ""));
    own.put("box_path", env.getOrDefault("PATH", ""));
    own.put("box_launch", launch);
    own.put("box_env", Integer.toString(env.size()));
    Iterator<Map.Entry<String, String>> entries = env.entrySet().iterator();
    for (int i = 0; i < env.size(); i++) {
      own.put("box_env_" + i, entries.next().toString());
    }
    return process;
  }

  /** Starts a program with a given environment and with every signal's default action. */
  private static String launch() {
    String env = "/usr/bin/env -i";
    if (works(List.of("/usr/bin/env", "--default-signal", "true"))) {
      return env + " --default-signal";
    } else if (works(List.of(PYTHON, "-c", DEFAULT_SIGNALS, "/usr/bin/env"))) {
      return "%s -c '%s' %s".formatted(PYTHON, DEFAULT_SIGNALS, env);
    }
    LOG.warn(
        "local cluster: neither env --default-signal nor {} is there: a signal that this server"
            + " ignores is ignored in pods too",
        PYTHON);
    return env;
  }

  private static boolean mounts(String prefix) {
    List<String> all = waiting(prefix);
    all.addAll(List.of("/bin/sh", "-c", "mount -t tmpfs none /tmp && mount -t proc proc /proc"));
    return works(all);
  }

  private static boolean works(List<String> command) {
    try {
      Process probe =
          new ProcessBuilder(command)
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

  private static List<String> waiting(String unshare) {
    List<String> all = new ArrayList<>(List.of(unshare.split(" ")));
    all.addAll(WAIT);
    return all;
  }

  private static String resource(String name) {
    try (InputStream in = Sandbox.class.getResourceAsStream(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
