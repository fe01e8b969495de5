package dev.caravanserai.local;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;

/** Removes folders; links are removed, not followed. */
final class FolderTree {
  private FolderTree() {}

  /** As much of it as may be removed. */
  static void remove(Path root) {
    if (!Files.exists(root)) {
      return;
    }
    try {
      Files.walkFileTree(
          root,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes a)
                throws IOException {
              if (!Files.isWritable(dir)) {
                Files.setPosixFilePermissions(dir, PosixFilePermissions.fromString("rwx------"));
              }
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes a) throws IOException {
              Files.deleteIfExists(file);
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
              if (Files.isDirectory(file) && !Files.isReadable(file)) {
                Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
                remove(file); // as an overlay's work folder, or one that the pod closed
              }
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path dir, IOException e) throws IOException {
              try {
                Files.deleteIfExists(dir);
              } catch (java.nio.file.DirectoryNotEmptyException left) {
                return FileVisitResult.CONTINUE;
              }
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      org.slf4j.LoggerFactory.getLogger(FolderTree.class)
          .warn("could not remove folder={} reason={}", root, e.toString());
    }
  }
}
