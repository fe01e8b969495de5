package dev.caravanserai.local;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A container's environment and command, from its spec, Secrets and ConfigMaps. Nothing is
 * inherited from the server's own environment.
 */
record ContainerEnv(ObjectStore store, JsonNode pod) {
  private static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
  private static final Pattern REFERENCE = Pattern.compile("\\$\\$|\\$\\(([^)]+)\\)");

  /** The environment of a process: defaults of image and runtime, overridden by the spec. */
  Map<String, String> of(Map<String, String> specified) {
    Map<String, String> env = new LinkedHashMap<>();
    env.put("PATH", PATH);
    env.put("HOME", "/tmp");
    env.put("HOSTNAME", hostname());
    env.putAll(specified);
    return env;
  }

  /**
   * The variables of a container's spec, to which alone {@code $(NAME)} refers.
   *
   * @throws PodConfigException a Secret, ConfigMap or key is missing and not optional
   */
  Map<String, String> specified(JsonNode container) {
    Map<String, String> env = new LinkedHashMap<>();
    for (JsonNode from : container.path("envFrom")) {
      String prefix = from.path("prefix").asText("");
      Map<String, byte[]> all = data(Kind.SECRET, from.path("secretRef"));
      all.putAll(data(Kind.CONFIG_MAP, from.path("configMapRef")));
      all.forEach((key, value) -> env.put(prefix + key, text(value)));
    }
    for (JsonNode one : container.path("env")) {
      value(one, env).ifPresent(value -> env.put(one.path("name").asText(), value));
    }
    return env;
  }

  /** As the kubelet: the pod's name, or what its spec says, in at most 63 characters. */
  String hostname() {
    String name = pod.at("/spec/hostname").asText(Json.name(pod));
    return name.substring(0, Math.min(63, name.length())).replaceFirst("[-.]+$", "");
  }

  private Optional<String> value(JsonNode one, Map<String, String> env) {
    JsonNode from = one.path("valueFrom");
    if (from.isEmpty()) {
      return Optional.of(expand(one.path("value").asText(""), env));
    } else if (from.has("secretKeyRef")) {
      return key(Kind.SECRET, from.path("secretKeyRef"));
    } else if (from.has("configMapKeyRef")) {
      return key(Kind.CONFIG_MAP, from.path("configMapKeyRef"));
    }
    String field = from.at("/fieldRef/fieldPath").asText("resourceFieldRef");
    return switch (field) {
      case "metadata.name", "metadata.namespace", "metadata.uid", "spec.serviceAccountName" ->
          Optional.of(pod.at("/" + field.replace('.', '/')).asText(""));
      case "status.podIP", "status.hostIP" -> Optional.of("127.0.0.1");
      case "spec.nodeName" -> Optional.of("local");
      default ->
          throw new PodConfigException(
              "env %s: the local cluster does not know %s".formatted(one.path("name"), field));
    };
  }

  static List<String> argv(JsonNode container, Map<String, String> specified) {
    List<String> argv = new ArrayList<>();
    container.path("command").forEach(word -> argv.add(expand(word.asText(), specified)));
    container.path("args").forEach(word -> argv.add(expand(word.asText(), specified)));
    return argv;
  }

  /** Replaces {@code $(NAME)} of a known variable by its value, and {@code $$} by {@code $}. */
  private static String expand(String text, Map<String, String> env) {
    return REFERENCE
        .matcher(text)
        .replaceAll(
            found -> {
              String name = found.group(1);
              String value = name == null ? "$" : env.getOrDefault(name, found.group());
              return Matcher.quoteReplacement(value);
            });
  }

  /**
   * The entries of a Secret or ConfigMap; none if it is not referenced, or optional and missing.
   */
  Map<String, byte[]> data(Kind kind, JsonNode reference) {
    Map<String, byte[]> data = new LinkedHashMap<>();
    String name = reference.path("name").asText(reference.path("secretName").asText());
    Optional<ObjectNode> object = store.get(kind, Json.namespace(pod), name);
    if (object.isEmpty() && !reference.isMissingNode() && !reference.path("optional").asBoolean()) {
      throw new PodConfigException(
          "%s \"%s\" not found".formatted(kind.kind.toLowerCase(Locale.ROOT), name));
    }
    for (String field : List.of("data", "binaryData")) {
      boolean plain = kind == Kind.CONFIG_MAP && field.equals("data");
      boolean known = kind == Kind.CONFIG_MAP || field.equals("data");
      JsonNode entries = object.filter(o -> known).map(o -> o.path(field)).orElse(Json.object());
      for (Map.Entry<String, JsonNode> entry : entries.properties()) {
        String text = entry.getValue().asText("");
        byte[] decoded =
            plain ? text.getBytes(StandardCharsets.UTF_8) : Base64.getMimeDecoder().decode(text);
        data.put(entry.getKey(), decoded);
      }
    }
    return data;
  }

  private Optional<String> key(Kind kind, JsonNode reference) {
    String key = reference.path("key").asText();
    Optional<String> value =
        Optional.ofNullable(data(kind, reference).get(key)).map(ContainerEnv::text);
    if (value.isEmpty() && !reference.path("optional").asBoolean()) {
      throw new PodConfigException(
          "couldn't find key %s in %s %s"
              .formatted(key, kind.kind, reference.path("name").asText()));
    }
    return value;
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
