package dev.caravanserai.local;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A container's environment and command as its spec, Secrets and ConfigMaps say. Nothing of the
 * server's own environment gets in.
 */
final class ContainerEnv {
  private static final Pattern REFERENCE = Pattern.compile("\\$\\$|\\$\\(([^)]+)\\)");
  private static final Pattern KEYED = Pattern.compile("metadata\\.(labels|annotations)\\['(.+)']");

  private final ObjectStore store;
  private final JsonNode pod;
  private final String namespace;

  ContainerEnv(ObjectStore store, JsonNode pod) {
    this.store = store;
    this.pod = pod;
    this.namespace = pod.at("/metadata/namespace").asText();
  }

  /**
   * @throws PodConfigException a Secret, ConfigMap or key is missing and not optional
   */
  Map<String, String> of(JsonNode container) {
    Map<String, String> env = new LinkedHashMap<>();
    env.put("PATH", Sandbox.PATH);
    env.put("HOME", "/tmp");
    env.put("HOSTNAME", pod.at("/metadata/name").asText());
    for (JsonNode from : container.path("envFrom")) {
      String prefix = from.path("prefix").asText("");
      data(Kind.SECRET, from.path("secretRef")).forEach((k, v) -> env.put(prefix + k, text(v)));
      data(Kind.CONFIG_MAP, from.path("configMapRef"))
          .forEach((k, v) -> env.put(prefix + k, text(v)));
    }
    for (JsonNode one : container.path("env")) {
      String name = one.path("name").asText();
      JsonNode from = one.path("valueFrom");
      if (from.has("secretKeyRef")) {
        key(Kind.SECRET, from.path("secretKeyRef")).ifPresent(v -> env.put(name, v));
      } else if (from.has("configMapKeyRef")) {
        key(Kind.CONFIG_MAP, from.path("configMapKeyRef")).ifPresent(v -> env.put(name, v));
      } else if (from.has("fieldRef")) {
        env.put(name, field(from.at("/fieldRef/fieldPath").asText()));
      } else if (from.isObject() && !from.isEmpty()) {
        throw new PodConfigException("env " + name + ": the local cluster knows no such valueFrom");
      } else {
        env.put(name, expand(one.path("value").asText(""), env));
      }
    }
    return env;
  }

  static List<String> argv(JsonNode container, Map<String, String> env) {
    List<String> argv = new ArrayList<>();
    container.path("command").forEach(a -> argv.add(expand(a.asText(), env)));
    container.path("args").forEach(a -> argv.add(expand(a.asText(), env)));
    return argv;
  }

  /** {@code $(NAME)} becomes its value, an unknown one stays, {@code $$} becomes {@code $}. */
  static String expand(String text, Map<String, String> env) {
    return REFERENCE
        .matcher(text)
        .replaceAll(
            m ->
                Matcher.quoteReplacement(
                    m.group(1) == null ? "$" : env.getOrDefault(m.group(1), m.group())));
  }

  /** The entries of a Secret or ConfigMap; empty for no reference or a missing optional one. */
  Map<String, byte[]> data(Kind kind, JsonNode reference) {
    Map<String, byte[]> data = new LinkedHashMap<>();
    if (reference.isMissingNode()) {
      return data;
    }
    String name = reference.path("name").asText(reference.path("secretName").asText());
    Optional<ObjectNode> object = store.get(kind, namespace, name);
    if (object.isEmpty()) {
      if (reference.path("optional").asBoolean()) {
        return data;
      }
      throw new PodConfigException(
          "%s \"%s\" not found".formatted(kind.kind.toLowerCase(java.util.Locale.ROOT), name));
    }
    boolean secret = kind == Kind.SECRET;
    object.get().path("data").properties().forEach(e -> data.put(e.getKey(), bytes(e, secret)));
    object.get().path("binaryData").properties().forEach(e -> data.put(e.getKey(), bytes(e, true)));
    return data;
  }

  private Optional<String> key(Kind kind, JsonNode reference) {
    Map<String, byte[]> data = data(kind, reference);
    String key = reference.path("key").asText();
    if (!data.containsKey(key)) {
      if (reference.path("optional").asBoolean()) {
        return Optional.empty();
      }
      throw new PodConfigException(
          "couldn't find key %s in %s %s/%s"
              .formatted(key, kind.kind, namespace, reference.path("name").asText()));
    }
    return Optional.of(text(data.get(key)));
  }

  private String field(String path) {
    Matcher keyed = KEYED.matcher(path);
    if (keyed.matches()) {
      return pod.path("metadata").path(keyed.group(1)).path(keyed.group(2)).asText("");
    }
    return switch (path) {
      case "status.podIP", "status.hostIP", "status.podIPs" -> "127.0.0.1";
      case "spec.nodeName" -> "local";
      default -> pod.at("/" + path.replace('.', '/')).asText("");
    };
  }

  private static byte[] bytes(Map.Entry<String, JsonNode> entry, boolean base64) {
    String text = entry.getValue().asText();
    return base64
        ? Base64.getMimeDecoder().decode(text)
        : text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
  }

  private static String text(byte[] bytes) {
    return new String(bytes, java.nio.charset.StandardCharsets.UTF_8);
  }
}
