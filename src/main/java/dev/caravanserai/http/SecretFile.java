package dev.caravanserai.http;

import dev.caravanserai.settings.SettingsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Collections;
import java.util.Set;

/** Refuses files with secrets that other users of the machine can read or change. */
final class SecretFile {
  private static final Set<PosixFilePermission> OF_OTHERS =
      Set.of(PosixFilePermission.OTHERS_READ, PosixFilePermission.OTHERS_WRITE);

  private SecretFile() {}

  /**
   * The text of a file that holds secrets.
   *
   * @throws SettingsException if it cannot be read, or others can
   */
  static String read(Path file, String what) {
    try {
      var posix = Files.getFileStore(file).supportsFileAttributeView("posix");
      if (posix && !Collections.disjoint(Files.getPosixFilePermissions(file), OF_OTHERS)) {
        throw new SettingsException(
            ("The %s %s can be read or changed by every user of this machine: run chmod 600 %s (for"
                    + " a Secret volume set defaultMode: 0440), and make new keys if others use the"
                    + " machine.")
                .formatted(what, file, file));
      }
      return Files.readString(file);
    } catch (IOException e) {
      throw new SettingsException(
          "The %s %s cannot be read as UTF-8 text (%s): check that it exists and belongs to the user who starts the server."
              .formatted(what, file, e));
    }
  }
}
