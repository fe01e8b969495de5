package dev.caravanserai.local;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;

/** The home folder of one server, locked until the server ends, and readable by its user only. */
record Home(Path folder, FileChannel lock) implements AutoCloseable {

  /**
   * Creates the folder if it is missing, and locks it.
   *
   * @throws IOException if another server uses it, or it is not writable
   */
  static Home lock(Path folder) throws IOException {
    Files.createDirectories(folder);
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
    Path file = folder.resolve("lock");
    FileChannel lock = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    if (!locked(lock)) {
      lock.close();
      String why = "the folder %s is in use by another running server: choose another home";
      throw new IOException(why.formatted(folder));
    }
    return new Home(folder, lock);
  }

  private static boolean locked(FileChannel channel) throws IOException {
    try {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException sameJvm) {
      return false;
    }
  }

  /** Writes the kubeconfig for kubectl and fabric8. */
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
            context: {cluster: local, user: local, namespace: '%s'}
        users:
          - name: local
            user: {token: %s}
        """
            .formatted(url, Base64.getEncoder().encodeToString(pem), namespace, token);
    Path fresh = Files.createTempFile(folder, "kubeconfig", ".new"); // created with mode 0600
    Files.writeString(fresh, text);
    Path file = folder.resolve("kubeconfig");
    return Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING);
  }

  @Override
  public void close() throws IOException {
    lock.close();
  }
}
