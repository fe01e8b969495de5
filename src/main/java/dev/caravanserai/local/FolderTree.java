package dev.caravanserai.local;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.slf4j.LoggerFactory;

/** Removes folders. Symbolic links are removed, not followed. */
final class FolderTree {
  private FolderTree() {}

  /** Removes as much as possible, also folders without write permission. */
  static void remove(Path path) {
    try {
      if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
        if (!Files.isWritable(path) || !Files.isReadable(path) || !Files.isExecutable(path)) {
          Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwx------"));
        }
        try (DirectoryStream<Path> children = Files.newDirectoryStream(path)) {
          children.forEach(FolderTree::remove);
        }
      }
      Files.deleteIfExists(path);
    } catch (IOException e) {
      LoggerFactory.getLogger(FolderTree.class)
          .warn("could not remove path={} reason={}", path, e.toString());
    }
  }
}
