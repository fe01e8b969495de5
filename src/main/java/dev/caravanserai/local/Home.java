package dev.caravanserai.local;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;

/** A folder taken by one server, for its owner's eyes only; freed also by a kill -9. */
record Home(Path folder, FileChannel lock) implements AutoCloseable {

  /**
   * Takes it, and makes it when it is not there.
   *
   * @throws IOException another server has it, or it cannot be written
   */
  static Home take(Path folder) throws IOException {
    Files.createDirectories(folder);
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
    FileChannel channel =
        FileChannel.open(
            folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    if (!locked(channel)) {
      channel.close();
      throw new IOException(
          "the folder %s is another running server's; give this one another home"
              .formatted(folder));
    }
    return new Home(folder, channel);
  }

  private static boolean locked(FileChannel channel) throws IOException {
    try {
      FileLock lock = channel.tryLock();
      return lock != null;
    } catch (OverlappingFileLockException sameJvm) {
      return false;
    }
  }

  /** The file with which kubectl and fabric8 find the local cluster. */
  Path kubeconfig(String url, String token, String certificate, String namespace)
      throws IOException {
    byte[] pem = certificate.getBytes(StandardCharsets.US_ASCII);
    String text =
        """
        apiVersion: v1
        kind: Config
        current-context: local
        clusters:
          - name: local
            cluster: {server: '%s', certificate-authority-data: %s}
        contexts:
          - name: local
            context: {cluster: local, user: local, namespace: %s}
        users:
          - name: local
            user: {token: %s}
        """
            .formatted(url, Base64.getEncoder().encodeToString(pem), namespace, token);
    // The folder is its owner's only; so is the file, should it be moved elsewhere.
    Path fresh = Files.createTempFile(folder, "kubeconfig", ".new");
    Files.writeString(fresh, text);
    return Files.move(fresh, folder.resolve("kubeconfig"), StandardCopyOption.REPLACE_EXISTING);
  }

  @Override
  public void close() throws IOException {
    lock.close();
  }
}
