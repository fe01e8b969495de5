package dev.caravanserai.local;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A container's root, laid out before its namespaces exist: every mount point is made here, in the
 * layer, so that one mount(8) of the written {@code fstab} fills it and nothing is created on the
 * host. The host's folders are below an overlay (root) or bound read-only (an ordinary user); the
 * folders of {@link #OWN} are the container's.
 */
final class SandboxRoot {
  /** Of the container's own, so that it neither sees nor changes what the host has there. */
  private static final List<String> OWN = List.of("/tmp", "/run", "/home", "/root", "/dev/shm");

  private static final Set<String> APART =
      Set.of("/proc", "/sys", "/dev", "/tmp", "/run", "/home", "/root", "/lost+found");

  private final Path layer;
  private final Path root;
  private final boolean overlay;
  private final HostMounts host;
  private final List<String> fstab = new ArrayList<>();
  private final List<String> readOnly = new ArrayList<>();

  /** What fills a place of the container, by that place. */
  private final TreeMap<Path, Path> filled = new TreeMap<>();

  private SandboxRoot(Path layer, boolean overlay) throws IOException {
    this.layer = layer;
    this.root = Files.createDirectories(layer.resolve("root"));
    this.overlay = overlay;
    this.host = HostMounts.read();
  }

  /**
   * Lays it out.
   *
   * @param layer an empty folder for it
   * @param hidden the server's own folder, which no container may read
   * @param dir the working directory, made when it is missing
   */
  static void prepare(
      Path layer, boolean overlay, Path hidden, String dir, List<Sandbox.Mount> mounts)
      throws IOException {
    new SandboxRoot(layer, overlay).write(hidden, dir, mounts);
  }

  private void write(Path hidden, String dir, List<Sandbox.Mount> mounts) throws IOException {
    Path base = overlay ? Files.createDirectories(layer.resolve("upper")) : root;
    filled.put(Path.of("/"), base);
    List<Sandbox.Mount> binds = new ArrayList<>();
    for (String own : OWN) {
      Path folder = Files.createDirectories(layer.resolve("own" + own));
      boolean shared = own.equals("/tmp") || own.equals("/dev/shm");
      Files.setPosixFilePermissions(
          folder, PosixFilePermissions.fromString(shared ? "rwxrwxrwx" : "rwxr-xr-x"));
      binds.add(new Sandbox.Mount(folder, own, false));
    }
    Path resolve = Path.of("/run/systemd/resolve"); // where /etc/resolv.conf often points to
    if (Files.isDirectory(resolve)) {
      binds.add(new Sandbox.Mount(resolve, resolve.toString(), true));
    }
    if (!apart(hidden)) {
      Path empty = Files.createDirectories(layer.resolve("own/hidden"));
      binds.add(new Sandbox.Mount(empty, hidden.toString(), false));
    }
    for (Sandbox.Mount mount : mounts) {
      binds.add(new Sandbox.Mount(mount.source(), real(mount.target()), mount.readOnly()));
    }
    List<Path> places = new ArrayList<>(List.of(Path.of(real(dir)), Path.of("/.host")));
    binds.forEach(b -> places.add(Path.of(b.target())));
    if (overlay) {
      Files.createDirectories(layer.resolve("work"));
      line("none", "/", "lowerdir=/,upperdir=%s,workdir=%s/work".formatted(base, layer), "overlay");
    } else {
      line(root.toString(), "/", "bind", "none");
      skeleton(places);
    }
    Files.createDirectories(base.resolve("proc"));
    line("proc", "/proc", "defaults", "proc");
    for (String system : List.of("/dev", "/sys")) {
      Files.createDirectories(base.resolve(system.substring(1)));
      line(system, system, "rbind", "none");
      filled.put(Path.of(system), Path.of(system));
    }
    for (Sandbox.Mount bind : binds) {
      Path target = Path.of(bind.target());
      place(target, Files.isDirectory(bind.source()));
      String options = bind.readOnly() ? "rbind," + host.readOnly(bind.source()) : "rbind";
      line(bind.source().toString(), bind.target(), options, "none");
      filled.put(target, bind.source());
    }
    place(Path.of(real(dir)), true);
    place(Path.of("/.host"), true);
    Files.write(layer.resolve("fstab"), fstab);
    Files.write(layer.resolve("readonly"), readOnly);
  }

  /** Every folder on the way to a place that the host lacks is ours, with the host's bound in. */
  private void skeleton(List<Path> places) throws IOException {
    Set<Path> ours = new TreeSet<>(Set.of(Path.of("/")));
    for (Path place : places) {
      if (!apart(place) && !Files.exists(place)) {
        for (Path at = place.getParent(); at != null; at = at.getParent()) {
          ours.add(at);
        }
      }
    }
    for (Path folder : ours) {
      Files.createDirectories(inRoot(folder));
      if (!Files.isDirectory(folder)) {
        continue;
      }
      try (DirectoryStream<Path> children = Files.newDirectoryStream(folder)) {
        for (Path child : children) {
          if (!ours.contains(child) && !APART.contains(child.toString())) {
            bound(child);
          }
        }
      }
    }
  }

  private void bound(Path child) throws IOException {
    if (Files.isSymbolicLink(child)) {
      Files.createSymbolicLink(inRoot(child), Files.readSymbolicLink(child));
    } else if (Files.isDirectory(child)) {
      Files.createDirectories(inRoot(child));
      line(child.toString(), child.toString(), "rbind," + host.readOnly(child), "none");
      host.below(child).forEach(m -> readOnly.add(host.readOnly(m) + " " + inRoot(m)));
    } else if (Files.isRegularFile(child)) {
      Files.createFile(inRoot(child));
      line(child.toString(), child.toString(), "bind," + host.readOnly(child), "none");
    }
  }

  /** Makes a mount point where it will be seen, in whatever fills the place above it. */
  private void place(Path target, boolean folder) throws IOException {
    Path above = target;
    while (!filled.containsKey(above)) {
      above = above.getParent();
    }
    boolean inBase = above.getNameCount() == 0;
    if (above.equals(target) || inBase && !apart(target) && Files.exists(target)) {
      return;
    }
    Path at = filled.get(above);
    Path seen = above;
    for (Path name : above.relativize(target)) {
      at = at.resolve(name);
      seen = seen.resolve(name);
      if (Files.exists(at, LinkOption.NOFOLLOW_LINKS)) {
        continue;
      }
      if (filled.get(above).equals(above)) {
        throw new PodConfigException("cannot mount at %s: it is the host's".formatted(target));
      }
      if (!folder && seen.equals(target)) {
        Files.createFile(at);
        continue;
      }
      Files.createDirectory(at);
      if (inBase && Files.isDirectory(seen)) {
        Files.setPosixFilePermissions(at, Files.getPosixFilePermissions(seen));
      }
    }
  }

  /** Follows the host's links, as the container will. */
  private static String real(String path) throws IOException {
    Path target = Path.of("/" + path).normalize();
    for (Path at = target; at.getNameCount() > 0; at = at.getParent()) {
      if (!apart(at) && Files.exists(at)) {
        return at.toRealPath().resolve(at.relativize(target)).normalize().toString();
      }
    }
    return target.toString();
  }

  private static boolean apart(Path path) {
    return path.getNameCount() > 0 && APART.contains("/" + path.getName(0));
  }

  private Path inRoot(Path path) {
    return root.resolve(Path.of("/").relativize(path));
  }

  private void line(String source, String target, String options, String type) {
    String at = inRoot(Path.of(target)).toString();
    fstab.add("%s %s %s %s 0 0".formatted(escape(source), escape(at), type, escape(options)));
  }

  private static String escape(String field) {
    return field
        .replace("\\", "\\134")
        .replace(" ", "\\040")
        .replace("\t", "\\011")
        .replace("\n", "\\012");
  }
}
