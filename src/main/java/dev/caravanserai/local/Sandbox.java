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

  private final List<String> unshare;
  private final List<String> nsenter;
  private final String script = resource("sandbox.sh");
  private final String terminal = resource("terminal.py");

  private Sandbox(List<String> unshare, List<String> nsenter) {
    this.unshare = unshare;
    this.nsenter = nsenter;
  }

  /** What this machine allows this user; {@link #separate()} tells. */
  static Sandbox ofThisMachine() {
    List<String> plain = List.of("/usr/bin/unshare", "-m", "-p", "--fork", "--kill-child");
    List<String> user =
        List.of(
            "/usr/bin/unshare", "-U", "-c", "--keep-caps", "-m", "-p", "--fork", "--kill-child");
    String mounts =
        "mount --make-rprivate / && mount -t tmpfs none /tmp && mount -t proc proc /proc";
    if (works(plain, mounts)) {
      return new Sandbox(plain, List.of("-m", "-p", "-r"));
    }
    if (works(user, mounts)) {
      return new Sandbox(user, List.of("-U", "--preserve-credentials", "-m", "-p", "-r"));
    }
    return new Sandbox(List.of(), List.of());
  }

  /** Whether containers get namespaces; if not, they run as plain processes of the host. */
  boolean separate() {
    return !unshare.isEmpty();
  }

  /** The command that starts a container's main process; its first line of output says how. */
  List<String> container(Path layer, String dir, List<Mount> mounts, List<String> argv) {
    List<String> all = new ArrayList<>(unshare);
    if (!separate()) {
      all.addAll(
          List.of("/usr/bin/setsid", "/bin/sh", "-c", "echo \"ok $$\"; exec \"$@\"", "sandbox"));
      all.addAll(argv);
      return all;
    }
    all.addAll(List.of("/bin/sh", "-c", script, "sandbox", layer.toString(), dir));
    all.add(Integer.toString(mounts.size()));
    for (Mount m : mounts) {
      all.addAll(List.of(m.source().toString(), m.target(), m.readOnly() ? "ro" : "rw"));
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
      all.add("--wdns=" + dir);
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

  private static boolean works(List<String> prefix, String mounts) {
    try {
      List<String> all = new ArrayList<>(prefix);
      all.addAll(List.of("/bin/sh", "-c", mounts));
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
