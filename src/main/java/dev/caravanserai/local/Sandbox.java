package dev.caravanserai.local;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Isolates the processes of containers from the host: by mount, pid and UTS namespaces, for an
 * unprivileged user within a user namespace. Implemented by the scripts in this package.
 */
final class Sandbox {
  /** A folder of the host, and its path in the container. */
  record Mount(Path source, String target, boolean readOnly) {}

  private static final Logger LOG = LoggerFactory.getLogger(Sandbox.class);
  static final String PYTHON = "/usr/bin/python3";

  /** Resets signals that the server ignores, for example because a shell started it with &amp;. */
  private static final String DEFAULT_SIGNALS =
      "import os,signal as s,sys;[s.signal(n,s.SIG_DFL) for n in s.valid_signals()-{9,19}];"
          + "os.execv(sys.argv[1],sys.argv[1:])";

  private static final String UNSHARE = "/usr/bin/unshare -m -p -u";

  /**
   * Waits for the first process of a pid namespace, which is killed if this one ends. (unshare
   * --fork exits with 1 if that process was killed.)
   */
  private static final List<String> WAIT =
      List.of(
          "/bin/sh",
          "-c",
          "exec 3>&2 2>/dev/null; export box_wait=$$; \"$@\" 2>&3 3>&-; exit $?",
          "wait",
          "/usr/bin/setpriv",
          "--pdeathsig",
          "KILL");

  /** Leaves a process of root what container runtimes leave it, but for CAP_MKNOD. */
  private static final String DROP =
      "/usr/bin/setpriv --inh-caps=-all --bounding-set=-all,+chown,+dac_override,+fowner,+fsetid,"
          + "+kill,+setgid,+setuid,+setpcap,+net_bind_service,+net_raw,+sys_chroot,+audit_write,"
          + "+setfcap";

  /** Whether Java passes arguments and environment to processes in UTF-8. */
  private static final boolean UNICODE =
      Stream.of(Charset.defaultCharset().name(), System.getProperty("sun.jnu.encoding", ""))
          .allMatch("UTF-8"::equalsIgnoreCase);

  /** Evaluates shell text that is passed in ASCII, with octal escapes for the other bytes. */
  private static final String DECODE = "eval \"$(printf %b \"$@\")\"";

  private static final int MAX_ESCAPED = 100_000;

  private final String kind;
  private final List<String> unshare;
  private final List<String> nsenter;
  private final Set<Path> hidden;
  private final String container = resource("program.sh") + resource("container.sh");
  private final String exec = resource("program.sh") + resource("exec.sh");
  private final String terminal = resource("terminal.py");
  private final String launch = launch();
  private final String drop;

  private Sandbox(String kind, String unshare, String nsenter, Set<Path> hidden) {
    this.kind = kind;
    this.unshare = unshare.isEmpty() ? List.of() : waiting(unshare);
    this.nsenter = List.of(nsenter.split(" "));
    this.hidden = hidden;
    this.drop = kind.equals("root") ? drop() : "";
  }

  /**
   * The best isolation that this machine allows this user; see {@link #isolated()}.
   *
   * @param secrets files and folders of the host that containers cannot read. The folder of a file
   *     is hidden, too, if it is not directly below the root: a file that replaces the hidden one
   *     while a container runs would be visible there.
   */
  static Sandbox ofThisMachine(Set<Path> secrets) throws IOException {
    Set<Path> hidden = hidden(secrets);
    String user = UNSHARE + " -U -c --keep-caps";
    if (mounts(UNSHARE)) {
      return new Sandbox("root", UNSHARE, "-m -p -u -r", hidden);
    }
    return mounts(user)
        ? new Sandbox("user", user, "-U --preserve-credentials -m -p -u -r", hidden)
        : none();
  }

  private static Set<Path> hidden(Set<Path> secrets) throws IOException {
    Set<Path> hidden = new TreeSet<>();
    for (Path secret : secrets) {
      Path target = Files.exists(secret) ? secret.toRealPath() : secret.toAbsolutePath();
      for (Path path : List.of(target, secret.toAbsolutePath())) {
        Path folder = path.getParent();
        if (Files.isDirectory(target)) {
          hidden.add(target);
        } else if (Files.isDirectory(folder)) {
          Path real = folder.toRealPath();
          hidden.add(real.getNameCount() > 1 ? real : real.resolve(path.getFileName()));
        }
      }
    }
    return hidden;
  }

  /** Without namespaces. */
  static Sandbox none() {
    return new Sandbox("none", "", "", Set.of());
  }

  /** Whether containers have namespaces; otherwise they are ordinary processes of the host. */
  boolean isolated() {
    return !unshare.isEmpty();
  }

  /**
   * The first process of a container. Its first line of output is a {@link StartLine}.
   *
   * @param layer an empty folder for the container
   * @param host its host name, if it has namespaces
   */
  ProcessBuilder container(
      Path layer,
      String host,
      String dir,
      List<Mount> mounts,
      List<String> argv,
      Map<String, String> env) {
    List<String> all = new ArrayList<>(unshare);
    all.addAll(List.of("/bin/sh", "-c", container, "container"));
    List<Mount> bound = isolated() ? mounts : List.of();
    all.addAll(List.of(kind, layer.toString(), host, dir));
    all.addAll(List.of(Integer.toString(hidden.size()), Integer.toString(bound.size())));
    hidden.forEach(path -> all.add(path.toString()));
    for (Mount mount : bound) {
      all.addAll(
          List.of(mount.readOnly() ? "ro" : "rw", mount.source().toString(), mount.target()));
    }
    all.addAll(argv);
    return process(all, env);
  }

  /** Another program in a container. The first line of its stderr is a {@link StartLine}. */
  ProcessBuilder beside(
      long pid,
      String dir,
      List<String> argv,
      Map<String, String> env,
      Optional<Path> terminalSize) {
    List<String> all = new ArrayList<>();
    terminalSize.ifPresent(size -> all.addAll(List.of(PYTHON, "-c", terminal, size.toString())));
    if (isolated()) {
      all.addAll(List.of("/usr/bin/nsenter", "--no-fork", "-t", Long.toString(pid)));
      all.addAll(nsenter);
    }
    all.addAll(List.of("/bin/sh", "-c", exec, "exec"));
    all.add(terminalSize.isPresent() ? "terminal" : isolated() ? "pipes" : "plain");
    all.add(isolated() ? dir : ".");
    all.addAll(argv);
    return process(all, env);
  }

  /** The environment is for the program, not for the scripts and tools that start it. */
  private ProcessBuilder process(List<String> command, Map<String, String> env) {
    Map<String, String> own = new LinkedHashMap<>();
    own.put(ProcessTree.MARKER, env.getOrDefault(ProcessTree.MARKER, ""));
    own.put("box_path", env.getOrDefault("PATH", ""));
    own.put("box_launch", launch);
    own.put("box_drop", drop);
    own.put("box_env", Integer.toString(env.size()));
    Iterator<Map.Entry<String, String>> entries = env.entrySet().iterator();
    for (int i = 0; i < env.size(); i++) {
      String entry = entries.next().toString();
      int half = entry.offsetByCodePoints(0, entry.codePointCount(0, entry.length()) / 2);
      own.put("box_env_" + i, entry.substring(0, half));
      own.put("box_more_" + i, entry.substring(half)); // each string of an environment has a limit
    }
    ProcessBuilder process = new ProcessBuilder();
    process.environment().clear();
    Stream<String> all = Stream.concat(command.stream(), own.values().stream());
    if (UNICODE || all.allMatch(text -> text.chars().allMatch(c -> c < 128))) {
      process.environment().putAll(own);
      return process.command(command);
    }
    process.environment().put(ProcessTree.MARKER, own.get(ProcessTree.MARKER));
    List<String> decoded = new ArrayList<>(List.of("/bin/sh", "-c", DECODE, "decode"));
    decoded.addAll(escaped("export " + words(own.entrySet()) + "; exec " + words(command)));
    return process.command(decoded);
  }

  private static String words(Collection<?> all) {
    return all.stream()
        .map(word -> "'" + word.toString().replace("'", "'\\''") + "'")
        .collect(Collectors.joining(" "));
  }

  /** The bytes of a text in UTF-8, as arguments of {@link #DECODE}. */
  private static List<String> escaped(String text) {
    List<StringBuilder> pieces = new ArrayList<>();
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      if (pieces.isEmpty() || pieces.get(pieces.size() - 1).length() > MAX_ESCAPED) {
        pieces.add(new StringBuilder());
      }
      boolean plain = b >= 0 && b != '\\';
      pieces.get(pieces.size() - 1).append(plain ? (char) b + "" : "\\0%03o".formatted(b & 0xff));
    }
    return pieces.stream().map(StringBuilder::toString).toList();
  }

  /** The command that sets a program's environment and the default action of all signals. */
  private static String launch() {
    String env = "/usr/bin/env -i";
    if (works(List.of("/usr/bin/env", "--default-signal", "true"))) {
      return env + " --default-signal";
    } else if (works(List.of(PYTHON, "-c", DEFAULT_SIGNALS, "/usr/bin/env"))) {
      return "%s -c '%s' %s".formatted(PYTHON, DEFAULT_SIGNALS, env);
    }
    LOG.warn(
        "local cluster: found neither env --default-signal nor {}: signals that this server ignores"
            + " are ignored in pods, too",
        PYTHON);
    return env;
  }

  private static String drop() {
    if (works(List.of((DROP + " true").split(" ")))) {
      return DROP;
    }
    LOG.warn("local cluster: setpriv cannot drop capabilities: pods can change what root can");
    return "";
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
