package dev.caravanserai.local;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;

/** The file with which kubectl and fabric8 find the local cluster; for its owner's eyes only. */
final class Kubeconfig {
  private Kubeconfig() {}

  static Path write(Path home, String url, String token, String certificate, String namespace)
      throws IOException {
    String authority =
        Base64.getEncoder().encodeToString(certificate.getBytes(StandardCharsets.US_ASCII));
    String text =
        """
        apiVersion: v1
        kind: Config
        current-context: local
        clusters:
          - name: local
            cluster:
              server: %s
              certificate-authority-data: %s
        contexts:
          - name: local
            context: {cluster: local, user: local, namespace: %s}
        users:
          - name: local
            user: {token: %s}
        """
            .formatted(url, authority, namespace, token);
    var ownerOnly =
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    Path fresh = Files.createTempFile(home, "kubeconfig", ".new", ownerOnly);
    Files.writeString(fresh, text);
    return Files.move(fresh, home.resolve("kubeconfig"), StandardCopyOption.REPLACE_EXISTING);
  }
}
