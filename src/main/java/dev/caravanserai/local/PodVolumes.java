package dev.caravanserai.local;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A pod's volumes as folders of the host, and where its containers see them. */
final class PodVolumes {
  private final ObjectStore store;
  private final JsonNode pod;
  private final Path podFolder;
  private final Path claims;

  PodVolumes(ObjectStore store, JsonNode pod, Path podFolder, Path claims) {
    this.store = store;
    this.pod = pod;
    this.podFolder = podFolder;
    this.claims = claims;
  }

  /**
   * Makes the folders and files that the container's mounts need.
   *
   * @throws PodConfigException something that a mount needs is missing or of an unknown kind
   */
  List<Sandbox.Mount> mountsOf(JsonNode container) throws IOException {
    List<Sandbox.Mount> mounts = new ArrayList<>();
    for (JsonNode mount : container.path("volumeMounts")) {
      String name = mount.path("name").asText();
      JsonNode volume = null;
      for (JsonNode v : pod.at("/spec/volumes")) {
        volume = v.path("name").asText().equals(name) ? v : volume;
      }
      if (volume == null) {
        throw new PodConfigException("no volume named \"" + name + "\" for a volumeMount");
      }
      boolean readOnly =
          mount.path("readOnly").asBoolean() || volume.has("secret") || volume.has("configMap");
      Path source = folder(volume);
      String sub = mount.path("subPath").asText("");
      if (!sub.isEmpty()) {
        Path inside = source.resolve(sub).normalize();
        if (!inside.startsWith(source)) {
          throw new PodConfigException("subPath \"" + sub + "\" must not leave its volume");
        }
        source = inside;
        if (!Files.exists(source)) {
          open(Files.createDirectories(source));
        }
      }
      String target = Path.of("/" + mount.path("mountPath").asText()).normalize().toString();
      mounts.add(new Sandbox.Mount(source, target, readOnly));
    }
    mounts.sort(java.util.Comparator.comparing(m -> m.target().length()));
    return mounts;
  }

  private Path folder(JsonNode volume) throws IOException {
    Path own = podFolder.resolve("volumes").resolve(volume.path("name").asText());
    if (volume.has("persistentVolumeClaim")) {
      String claim = volume.at("/persistentVolumeClaim/claimName").asText();
      ObjectNode pvc =
          store
              .get(Kind.PVC, pod.at("/metadata/namespace").asText(), claim)
              .orElseThrow(
                  () ->
                      new PodConfigException("persistentvolumeclaim \"" + claim + "\" not found"));
      return open(Files.createDirectories(claims.resolve(pvc.at("/metadata/uid").asText())));
    }
    if (volume.has("secret")) {
      return files(own, volume.path("secret"), Kind.SECRET);
    }
    if (volume.has("configMap")) {
      return files(own, volume.path("configMap"), Kind.CONFIG_MAP);
    }
    if (volume.has("emptyDir")) {
      return open(Files.createDirectories(own));
    }
    throw new PodConfigException(
        "volume \"%s\": the local cluster has emptyDir, persistentVolumeClaim, secret and configMap"
            .formatted(volume.path("name").asText()));
  }

  private Path files(Path folder, JsonNode source, Kind kind) throws IOException {
    Map<String, byte[]> data = new ContainerEnv(store, pod).data(kind, source);
    Map<String, JsonNode> items = new LinkedHashMap<>();
    source.path("items").forEach(i -> items.put(i.path("key").asText(), i));
    Files.createDirectories(folder);
    int usual = source.path("defaultMode").asInt(0644);
    for (Map.Entry<String, byte[]> entry : data.entrySet()) {
      JsonNode item = items.remove(entry.getKey());
      if (item == null && source.path("items").size() > 0) {
        continue;
      }
      String path = item == null ? entry.getKey() : item.path("path").asText(entry.getKey());
      Path file = folder.resolve(path).normalize();
      if (!file.startsWith(folder)) {
        throw new PodConfigException("item path \"" + path + "\" must not leave its volume");
      }
      Files.createDirectories(file.getParent());
      Files.deleteIfExists(file);
      Files.write(file, entry.getValue());
      int mode = item == null ? usual : item.path("mode").asInt(usual);
      Files.setPosixFilePermissions(file, permissions(mode));
    }
    if (!items.isEmpty() && !source.path("optional").asBoolean()) {
      throw new PodConfigException("references non-existent secret key: " + items.keySet());
    }
    return folder;
  }

  private static Path open(Path folder) throws IOException {
    Files.setPosixFilePermissions(folder, EnumSet.allOf(PosixFilePermission.class));
    return folder;
  }

  private static Set<PosixFilePermission> permissions(int mode) {
    Set<PosixFilePermission> set = EnumSet.noneOf(PosixFilePermission.class);
    PosixFilePermission[] all = PosixFilePermission.values();
    for (int i = 0; i < all.length; i++) {
      if ((mode & (0400 >> i)) != 0) {
        set.add(all[i]);
      }
    }
    return set;
  }
}
