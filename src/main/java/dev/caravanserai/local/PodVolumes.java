package dev.caravanserai.local;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A pod's volumes, which are folders of the host, and their mounts.
 *
 * @param folder of the pod
 * @param claims has a folder for each claim, which outlives pods
 */
record PodVolumes(ContainerEnv env, Path folder, Path claims) {
  private static final int OPEN = 0777;

  /**
   * Creates the folders and files of a container's mounts; outer mounts come first.
   *
   * @throws PodConfigException if the source of a volume is missing or of an unsupported type
   */
  List<Sandbox.Mount> mountsOf(JsonNode container) throws IOException {
    Map<String, JsonNode> volumes = new HashMap<>();
    env.pod().at("/spec/volumes").forEach(v -> volumes.put(v.path("name").asText(), v));
    List<Sandbox.Mount> mounts = new ArrayList<>();
    for (JsonNode mount : container.path("volumeMounts")) {
      JsonNode volume = volumes.get(mount.path("name").asText());
      boolean files = volume.has("secret") || volume.has("configMap");
      String target = Path.of("/" + mount.path("mountPath").asText()).normalize().toString();
      mounts.add(
          new Sandbox.Mount(source(volume), target, files || mount.path("readOnly").asBoolean()));
    }
    mounts.sort(Comparator.comparing(mount -> mount.target().length()));
    return mounts;
  }

  private Path source(JsonNode volume) throws IOException {
    String name = volume.path("name").asText();
    Path own = folder.resolve("volumes").resolve(name);
    if (volume.has("persistentVolumeClaim")) {
      return made(claims.resolve(claim(volume.at("/persistentVolumeClaim/claimName").asText())));
    } else if (volume.has("secret")) {
      return files(own, volume.path("secret"), Kind.SECRET);
    } else if (volume.has("configMap")) {
      return files(own, volume.path("configMap"), Kind.CONFIG_MAP);
    } else if (volume.has("emptyDir")) {
      return made(own);
    }
    throw new PodConfigException(
        "volume \"%s\": the local cluster supports emptyDir, persistentVolumeClaim, secret and configMap"
            .formatted(name));
  }

  private String claim(String name) {
    return env.store()
        .get(Kind.PVC, Json.namespace(env.pod()), name)
        .map(Json::uid)
        .orElseThrow(
            () -> new PodConfigException("persistentvolumeclaim \"" + name + "\" not found"));
  }

  private Path files(Path own, JsonNode source, Kind kind) throws IOException {
    Map<String, byte[]> data = env.data(kind, source);
    Files.createDirectories(own);
    for (Map.Entry<String, byte[]> entry : data.entrySet()) {
      Path file = own.resolve(entry.getKey());
      if (!own.equals(file.normalize().getParent())) {
        throw new PodConfigException("%s is not the name of a file".formatted(entry.getKey()));
      }
      Files.deleteIfExists(file);
      Files.write(file, entry.getValue());
      mode(file, source.path("defaultMode").asInt(0644));
    }
    return own;
  }

  private static Path made(Path folder) throws IOException {
    return mode(Files.createDirectories(folder), OPEN);
  }

  private static Path mode(Path path, int mode) throws IOException {
    return Files.setAttribute(path, "unix:mode", mode);
  }
}
