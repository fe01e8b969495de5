package dev.caravanserai.local;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes folders in the background, one after another. No process may use them any more, because a
 * path is looked up anew for each step. Thread-safe.
 */
final class Trash implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Trash.class);
  private static final long CLOSE_SECONDS = 60;

  private final Path folder;
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(task -> Pump.daemon(task, "local-trash"));

  /**
   * @param folder in the same file system as the folders to remove; what an earlier server left in
   *     it is removed, too
   */
  Trash(Path folder) throws IOException {
    this.folder = Files.createDirectories(folder);
    try (DirectoryStream<Path> left = Files.newDirectoryStream(folder)) {
      left.forEach(path -> thread.execute(() -> remove(path)));
    }
  }

  /** Moves a folder away at once, and removes it later; ignores a missing one. */
  void add(Path path) {
    if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
      try {
        Path moved = moved(path, folder);
        thread.execute(() -> remove(moved));
      } catch (IOException e) {
        warn(path, e);
      }
    }
  }

  /**
   * Removes as much as possible, also folders without write permission. Symbolic links are removed,
   * not followed. Each folder is moved to the top first, because a path can be too long.
   */
  static void remove(Path top) {
    Deque<Path> folders = new ArrayDeque<>(List.of(top));
    while (!folders.isEmpty()) {
      Path next = folders.pop();
      try (DirectoryStream<Path> children = Files.newDirectoryStream(opened(next))) {
        children.forEach(child -> removeOrQueue(child, next, top, folders));
      } catch (IOException | DirectoryIteratorException e) {
        warn(next, e);
      }
      if (!next.equals(top)) {
        removeOrWarn(next);
      }
    }
    removeOrWarn(top);
  }

  private static void removeOrQueue(Path child, Path parent, Path top, Deque<Path> folders) {
    if (!Files.isDirectory(child, LinkOption.NOFOLLOW_LINKS)) {
      removeOrWarn(child);
      return;
    }
    try {
      folders.push(parent.equals(top) ? child : moved(child, top));
    } catch (IOException e) {
      warn(child, e);
    }
  }

  private static void removeOrWarn(Path path) {
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      warn(path, e);
    }
  }

  private static Path moved(Path path, Path to) throws IOException {
    return Files.move(opened(path), to.resolve(UUID.randomUUID().toString()));
  }

  /** Gives its owner all permissions of a folder: to move it, too, it must be writable. */
  private static Path opened(Path path) throws IOException {
    if (!Files.isWritable(path) || !Files.isReadable(path) || !Files.isExecutable(path)) {
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwx------"));
    }
    return path;
  }

  private static void warn(Path path, Exception e) {
    LOG.warn("could not remove path={} reason={}", path, e.toString());
  }

  /** Waits up to {@value #CLOSE_SECONDS} s; the next start removes the rest. */
  @Override
  public void close() {
    thread.shutdown();
    Pump.awaitEnd(thread, CLOSE_SECONDS, "the next start removes the rest of " + folder);
  }
}
