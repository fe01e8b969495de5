package dev.caravanserai.local;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * How a container's processes are set apart from the host's: in mount and pid namespaces of their
 * own; for an ordinary user inside a user namespace. Stateless but for what the machine allows.
 */
final class Sandbox {

  /** A folder or file of the host and where the container sees it. */
  record Mount(Path source, String target, boolean readOnly) {}

  static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

  /**
   * Stands outside of the container's pid namespace and waits for its child in it. nsenter could
   * fork by itself, but stops with a child that is stopped, and then never hears of its end.
   */
  private static final String WAITER = "exec 3>&2 2>/dev/null; (exec \"$@\" 2>&3 3>&-); exit $?";

  private static final List<String> ROOT =
      List.of("/usr/bin/unshare", "-m", "-p", "--fork", "--kill-child");
  private static final List<String> USER =
      List.of("/usr/bin/unshare", "-U", "-c", "--keep-caps", "-m", "-p", "--fork", "--kill-child");

  private final List<String> unshare;
  private final List<String> nsenter;
  private final boolean overlay;
  private final Path hidden;
  private final String script = resource("sandbox.sh");
  private final String terminal = resource("terminal.py");

  private Sandbox(List<String> unshare, List<String> nsenter, boolean overlay, Path hidden) {
    this.unshare = unshare;
    this.nsenter = nsenter;
    this.overlay = overlay;
    this.hidden = hidden;
  }

  /**
   * What this machine allows this user; {@link #separate()} tells.
   *
   * @param hidden the server's own folder, which no container may read
   */
  static Sandbox ofThisMachine(Path hidden) throws IOException {
    String mounts = "mount -t tmpfs none /tmp && mount -t proc proc /proc";
    if (works(ROOT, mounts)) {
      Path probe = Files.createTempDirectory(hidden, "overlay");
      for (String part : List.of("u", "w", "r")) {
        Files.createDirectory(probe.resolve(part));
      }
      boolean overlay =
          works(
              ROOT,
              "cd \"$1\" && mount -t overlay -o lowerdir=/,upperdir=u,workdir=w none r",
              probe.toString());
      FolderTree.remove(probe);
      return new Sandbox(ROOT, List.of("-m", "-p", "-r"), overlay, hidden);
    }
    if (works(USER, mounts)) {
      List<String> enter = List.of("-U", "--preserve-credentials", "-m", "-p", "-r");
      return new Sandbox(USER, enter, false, hidden);
    }
    return none(hidden);
  }

  /** For a machine that allows no namespaces. */
  static Sandbox none(Path hidden) {
    return new Sandbox(List.of(), List.of(), false, hidden);
  }

  /** Whether containers get namespaces; if not, they run as plain processes of the host. */
  boolean separate() {
    return !unshare.isEmpty();
  }

  /**
   * The command that starts a container's main process; its first line of output says how.
   *
   * @param layer an empty folder for what the container writes
   */
  List<String> container(Path layer, String dir, List<Mount> mounts, List<String> argv)
      throws IOException {
    List<String> all = new ArrayList<>(unshare);
    if (separate()) {
      SandboxRoot.prepare(layer, overlay, hidden, dir, mounts);
      String who = unshare == ROOT ? "root" : "user";
      all.addAll(List.of("/bin/sh", "-c", script, "sandbox", layer.toString(), dir, who));
    } else {
      all.addAll(
          List.of("/usr/bin/setsid", "/bin/sh", "-c", "echo \"ok $$\"; exec \"$@\"", "sandbox"));
    }
    all.addAll(argv);
    return all;
  }

  /** The command that runs a program beside a container's main process. */
  List<String> beside(long pid, String dir, List<String> argv, Optional<Path> terminalSize) {
    List<String> all = new ArrayList<>();
    terminalSize.ifPresent(
        size -> all.addAll(List.of("/usr/bin/python3", "-c", terminal, size.toString())));
    if (separate()) {
      all.addAll(List.of("/usr/bin/nsenter", "-t", Long.toString(pid)));
      all.addAll(nsenter);
      all.addAll(List.of("--no-fork", "--wdns=" + dir, "/bin/sh", "-c", WAITER, "exec"));
    }
    all.add("/usr/bin/setsid");
    if (terminalSize.isPresent()) {
      all.add("--ctty");
    }
    if (!separate()) {
      all.add("--wait");
    }
    all.add("--");
    all.addAll(argv);
    return all;
  }

  /**
   * Looks the program up as the container would.
   *
   * @return the runtime's reason why it cannot be run, if so
   */
  Optional<String> cannotRun(long pid, String program, Map<String, String> env, String dir) {
    Path root = separate() ? Path.of("/proc/" + pid + "/root") : Path.of("/");
    if (program.contains("/")) {
      Path file = inside(root, program.startsWith("/") ? program : dir + "/" + program, 0);
      if (!Files.exists(file)) {
        return Optional.of(
            "exec: \"%s\": stat %s: no such file or directory".formatted(program, program));
      }
      return Files.isExecutable(file) && !Files.isDirectory(file)
          ? Optional.empty()
          : Optional.of("exec: \"%s\": permission denied".formatted(program));
    }
    for (String folder : env.getOrDefault("PATH", PATH).split(":")) {
      Path file = inside(root, folder + "/" + program, 0);
      if (Files.isRegularFile(file) && Files.isExecutable(file)) {
        return Optional.empty();
      }
    }
    return Optional.of("exec: \"%s\": executable file not found in $PATH".formatted(program));
  }

  /** Follows links as they read inside the root. */
  private static Path inside(Path root, String path, int depth) {
    Path at = root;
    for (Path name : Path.of("/" + path).normalize()) {
      Path next = at.resolve(name);
      if (Files.isSymbolicLink(next) && depth < 20) {
        try {
          Path target = Files.readSymbolicLink(next);
          String from = target.isAbsolute() ? "" : "/" + root.relativize(at);
          next = inside(root, from + "/" + target, depth + 1);
        } catch (IOException e) {
          return next;
        }
      }
      at = next;
    }
    return at;
  }

  private static boolean works(List<String> prefix, String mounts, String... arguments) {
    try {
      List<String> all = new ArrayList<>(prefix);
      all.addAll(List.of("/bin/sh", "-c", mounts, "probe"));
      all.addAll(List.of(arguments));
      Process p =
          new ProcessBuilder(all)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectInput(new File("/dev/null"))
              .start();
      boolean ended = p.waitFor(5, TimeUnit.SECONDS);
      p.destroyForcibly();
      return ended && p.exitValue() == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static String resource(String name) {
    try (InputStream in = Sandbox.class.getResourceAsStream(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
