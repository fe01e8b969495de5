package dev.caravanserai.cluster.api;

import dev.caravanserai.cluster.ObjectRef;
import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.FailureException;
import io.fabric8.kubernetes.api.model.APIResource;
import io.fabric8.kubernetes.api.model.APIResourceList;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/**
 * URL paths of objects. The plural of a kind comes from the client's own tables for built-in kinds,
 * else once from the API server's discovery. Thread-safe.
 */
final class ResourcePaths {
  /**
   * Stricter than Kubernetes (ValidatePathSegmentName): nothing that a URL would have to escape.
   */
  private static final Pattern SEGMENT = Pattern.compile("(?!\\.\\.?$)[A-Za-z0-9._:~-]+");

  private record Kind(String apiVersion, String kind) {}

  private final KubernetesClient client;
  private final Map<Kind, String> plurals = new ConcurrentHashMap<>();

  ResourcePaths(KubernetesClient client) {
    this.client = client;
  }

  /** Of all objects of the kind in the namespace; may ask the API server, and wait for it. */
  String collection(ObjectRef object) {
    String version = object.apiVersion();
    return "%s/%s/namespaces/%s/%s"
        .formatted(
            version.contains("/") ? "/apis" : "/api",
            version,
            segment(object.namespace()),
            plurals.computeIfAbsent(new Kind(version, object.kind()), this::plural));
  }

  /**
   * Of one object; may ask the API server, and wait for it.
   *
   * @throws FailureException CONFIG_ERROR if its name would not be one segment of the path
   */
  String of(ObjectRef object) {
    return collection(object) + "/" + segment(object.name());
  }

  private static String segment(String name) {
    if (!SEGMENT.matcher(name).matches()) {
      throw FailureException.of(
          FailureCode.CONFIG_ERROR,
          "'%s' is not a name of Kubernetes, so nothing was sent. Correct the request or the profile."
              .formatted(name));
    }
    return name;
  }

  /** Whether a {@code Status} with this kind in its details means objects of this kind. */
  boolean names(ObjectRef object, String kind) {
    return object.kind().equals(kind)
        || String.valueOf(plurals.get(new Kind(object.apiVersion(), object.kind()))).equals(kind);
  }

  private String plural(Kind kind) {
    Class<? extends KubernetesResource> type =
        client
            .getKubernetesSerialization()
            .getRegisteredKubernetesResource(kind.apiVersion(), kind.kind());
    if (type != null && HasMetadata.class.isAssignableFrom(type)) {
      return HasMetadata.getPlural(type);
    }
    return Optional.ofNullable(client.getApiResources(kind.apiVersion())).stream()
        .map(APIResourceList::getResources)
        .flatMap(java.util.List::stream)
        .filter(r -> r.getKind().equals(kind.kind()) && !r.getName().contains("/"))
        .map(APIResource::getName)
        .findFirst()
        .orElseThrow(
            () ->
                FailureException.of(
                    FailureCode.CONFIG_ERROR,
                    "The cluster has no kind %s in %s: install its definition, or correct the profile."
                        .formatted(kind.kind(), kind.apiVersion())));
  }
}
