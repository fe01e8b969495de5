package dev.caravanserai.http;

import dev.caravanserai.settings.Settings;
import dev.caravanserai.settings.SettingsException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * The API keys that a server starts with.
 *
 * @param entries at least one
 * @param made the generated key, if none was configured
 */
public record StartKeys(List<ApiKey> entries, Optional<MadeKey> made) {
  /** A generated key, to be shown in the terminal of the server. */
  public record MadeKey(String key, Path file) {
    /** Without the key. */
    @Override
    public String toString() {
      return "MadeKey[" + file + "]";
    }
  }

  public StartKeys {
    entries = List.copyOf(entries);
  }

  /**
   * Keys of the file and of the environment. If there is neither and the server listens on loopback
   * only, a key is generated and kept in {@code <home>/api-key}.
   *
   * @throws SettingsException if a file is bad or open to others, or a key is missing
   */
  public static StartKeys of(Settings settings) {
    var entries = new ArrayList<ApiKey>();
    settings.get(Settings.API_KEYS_FILE).ifPresent(file -> entries.addAll(KeyFile.read(file)));
    settings
        .get(Settings.API_KEY)
        .ifPresent(key -> entries.add(ApiKey.ofEverything("environment", key)));
    if (!entries.isEmpty()) {
      return new StartKeys(entries, Optional.empty());
    }
    var bind = settings.get(Settings.BIND);
    if (!isLoopback(bind)) {
      throw new SettingsException(
          ("%s=%s is not loopback, so other machines can reach the server, but it has no API key: set %s"
                  + " or the environment variable %s, or listen on 127.0.0.1.")
              .formatted(
                  Settings.BIND.key(),
                  bind,
                  Settings.API_KEYS_FILE.key(),
                  Settings.API_KEY.environmentName()));
    }
    var made = make(settings.get(Settings.HOME).resolve("api-key"));
    return new StartKeys(
        List.of(ApiKey.ofEverything("made-at-start", made.key())), Optional.of(made));
  }

  private static boolean isLoopback(String bind) {
    try {
      return InetAddress.getByName(bind).isLoopbackAddress();
    } catch (UnknownHostException e) {
      throw new SettingsException(
          Settings.BIND.key() + "=" + bind + " is no address of this machine.");
    }
  }

  private static MadeKey make(Path file) {
    var random = new byte[32];
    new SecureRandom().nextBytes(random);
    try {
      Files.createDirectories(file.getParent(), mode(file.getParent(), "rwx------"));
      try {
        Files.createFile(file, mode(file.getParent(), "rw-------"));
        Files.writeString(file, HexFormat.of().formatHex(random), StandardOpenOption.WRITE);
      } catch (FileAlreadyExistsException e) {
        // generated at an earlier start
      }
    } catch (IOException e) {
      throw new SettingsException(
          "The API key cannot be kept in %s (%s): check the folder, or set %s."
              .formatted(file, e, Settings.HOME.key()));
    }
    var key = SecretFile.read(file, "API key file").strip();
    if (key.length() < 16) {
      throw new SettingsException(
          "The API key file " + file + " holds no key: remove it, and the next start makes one.");
    }
    return new MadeKey(key, file);
  }

  private static FileAttribute<?>[] mode(Path folder, String mode) throws IOException {
    var posix = folder.getFileSystem().supportedFileAttributeViews().contains("posix");
    return posix
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode))
        }
        : new FileAttribute<?>[0];
  }
}
