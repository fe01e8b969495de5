package dev.caravanserai.local;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;

/**
 * The home folder of one server, locked until the server ends, and readable by its user only.
 *
 * @param inThisJvm the system property that is set while a server of this JVM uses the folder
 */
record Home(Path folder, String inThisJvm, FileChannel lock) implements AutoCloseable {

  /**
   * Creates the folder if it is missing, and locks it. A second server in this JVM is rejected
   * before it opens the lock file, because closing that file again would release the first lock.
   *
   * @throws IOException if another server uses it, or it is not writable
   */
  static Home lock(Path folder) throws IOException {
    Files.createDirectories(folder);
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
    Path file = folder.toRealPath().resolve("lock");
    String inThisJvm = Home.class.getName() + " " + file;
    if (System.getProperties().putIfAbsent(inThisJvm, "locked") != null) {
      throw inUse(folder);
    }
    try {
      Home home = new Home(folder, inThisJvm, FileChannel.open(file, CREATE, WRITE));
      if (home.lock.tryLock() == null) {
        home.lock.close();
        throw inUse(folder);
      }
      return home;
    } catch (IOException e) {
      System.clearProperty(inThisJvm);
      throw e;
    }
  }

  private static IOException inUse(Path folder) {
    String why = "the folder %s is in use by another running server: choose another home";
    return new IOException(why.formatted(folder));
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
    System.clearProperty(inThisJvm);
  }
}
