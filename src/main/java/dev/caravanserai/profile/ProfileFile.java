package dev.caravanserai.profile;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.caravanserai.session.Names;
import dev.caravanserai.session.SessionSpec.Resources;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * What a profile's file says, before any expression is evaluated; what it leaves out is empty.
 * docs/profiles.md describes each key.
 */
record ProfileFile(
    String name,
    String description,
    Map<String, Setting> settings,
    String namespace,
    String container,
    NamePatterns names,
    Map<String, Object> defaults,
    Map<String, Object> limits,
    Map<String, MetadataSchema> metadata,
    Variables environment,
    Map<String, Object> labels,
    Map<String, Object> annotations,
    List<Object> objects) {

  ProfileFile {
    name = orEmpty(name);
    settings = orEmpty(settings);
    namespace = orEmpty(namespace);
    container = orEmpty(container);
    names = Optional.ofNullable(names).orElse(new NamePatterns(null, null, null, null, null));
    defaults = orEmpty(defaults);
    limits = orEmpty(limits);
    metadata = orEmpty(metadata);
    environment = Optional.ofNullable(environment).orElse(new Variables(null, null));
    labels = orEmpty(labels);
    annotations = orEmpty(annotations);
    objects = Optional.ofNullable(objects).orElse(List.of());
  }

  /** The keys of the labels that the profile sets itself, on all objects or on one. */
  Set<String> labelKeys() {
    Set<String> keys = new TreeSet<>(labels.keySet());
    objects.forEach(object -> keys.addAll(metadata(object, "labels").keySet()));
    return keys;
  }

  /** A map in the metadata of an object, such as its {@code labels}; empty if there is none. */
  @SuppressWarnings("unchecked")
  static Map<String, Object> metadata(Object object, String field) {
    return object instanceof Map<?, ?> all
            && all.get("metadata") instanceof Map<?, ?> metadata
            && metadata.get(field) instanceof Map<?, ?> map
        ? (Map<String, Object>) map
        : Map.of();
  }

  static String orEmpty(String text) {
    return Optional.ofNullable(text).orElse("");
  }

  static <T> Map<String, T> orEmpty(Map<String, T> map) {
    return Optional.ofNullable(map).orElse(Map.of());
  }

  /**
   * An environment variable of the server that a profile reads.
   *
   * @param value its default
   * @param unit {@code seconds}, {@code quantity} and {@code image} are checked
   * @param values all that it may be; empty for anything
   */
  record Setting(
      @JsonProperty("default") Object value, String unit, String description, List<String> values) {
    static final Set<String> UNITS = Set.of("", "seconds", "quantity", "image");
    private static final Pattern SECONDS = Pattern.compile("[1-9][0-9]{0,8}");

    Setting {
      unit = orEmpty(unit);
      values = Optional.ofNullable(values).orElse(List.of());
    }

    String text() {
      return value == null ? "" : String.valueOf(value);
    }

    /** Why the setting may not have this value; empty if it may. */
    Optional<String> wrong(String text) {
      boolean right =
          switch (unit) {
            case "seconds" -> SECONDS.matcher(text).matches();
            case "quantity" -> Quantities.amount(text).isPresent();
            case "image" -> RequestRules.isImage(text);
            default -> values.isEmpty() || values.contains(text);
          };
      String rule =
          switch (unit) {
            case "seconds" -> "whole seconds from 1";
            case "quantity" -> "a quantity such as 500m or 1Gi";
            case "image" -> "an image reference such as registry/name:tag";
            default -> "one of " + String.join(", ", values);
          };
      return right ? Optional.empty() : Optional.of("must be %s, not '%s'".formatted(rule, text));
    }
  }

  /**
   * Names of a session's objects, in which {@code *} stands for the session.
   *
   * @param length the longest text that {@code *} stands for
   */
  record NamePatterns(Integer length, String pod, String pvc, String service, String secret) {
    NamePatterns {
      length = Optional.ofNullable(length).orElse(36);
      pod = Optional.ofNullable(pod).orElse("session-*");
      pvc = Optional.ofNullable(pvc).orElse("session-pvc-*");
      service = Optional.ofNullable(service).orElse("session-*-svc");
      secret = Optional.ofNullable(secret).orElse(pod + "-env");
    }

    Map<String, String> byKind() {
      Map<String, String> all = new LinkedHashMap<>();
      all.put("pod", pod);
      all.put("pvc", pvc);
      all.put("service", service);
      all.put("secret", secret);
      return all;
    }

    Map<String, String> of(String tenant, String id) {
      Map<String, String> names = new TreeMap<>(byKind());
      String slug = Names.slug(tenant, id, length);
      names.replaceAll((kind, pattern) -> pattern.replace("*", slug));
      return names;
    }
  }

  /**
   * Variables of the main container besides the request's.
   *
   * @param precedence {@code request} or {@code profile}: whose variable is taken when both have it
   */
  record Variables(String precedence, Map<String, Object> variables) {
    Variables {
      precedence = Optional.ofNullable(precedence).orElse("request");
      variables = orEmpty(variables);
    }

    boolean requestWins() {
      return precedence.equals("request");
    }
  }

  /** The evaluated {@code defaults} of a request. */
  record Defaults(
      String image,
      List<String> command,
      List<String> args,
      String workingDir,
      Long timeoutSeconds,
      Long startTimeoutSeconds,
      Amounts resources,
      Claim storage) {
    Defaults {
      command = Optional.ofNullable(command).orElse(List.of());
      args = Optional.ofNullable(args).orElse(List.of());
      resources = Optional.ofNullable(resources).orElse(new Amounts(null, null));
    }

    Resources quantities() {
      return new Resources(texts(resources.limits), texts(resources.requests));
    }
  }

  record Amounts(Map<String, Object> limits, Map<String, Object> requests) {
    Amounts {
      limits = orEmpty(limits);
      requests = orEmpty(requests);
    }
  }

  record Claim(Object size, String storageClass, String path) {}

  /** The evaluated {@code limits} of a request. */
  record Limits(Long timeoutSeconds, Map<String, Object> resources, Size storage) {
    Limits {
      resources = orEmpty(resources);
    }

    Map<String, String> quantities() {
      return texts(resources);
    }

    Optional<String> storageSize() {
      return Optional.ofNullable(storage).map(size -> String.valueOf(size.size));
    }
  }

  record Size(Object size) {}

  private static Map<String, String> texts(Map<String, Object> map) {
    Map<String, String> texts = new LinkedHashMap<>();
    map.forEach((name, amount) -> texts.put(name, String.valueOf(amount)));
    return texts;
  }
}
