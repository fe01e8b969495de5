package dev.caravanserai.cluster.api;

import dev.caravanserai.cluster.ObjectRef;
import dev.caravanserai.cluster.Objects;
import dev.caravanserai.cluster.SessionCache;
import dev.caravanserai.session.Causes;
import io.fabric8.kubernetes.api.model.DeleteOptionsBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Objects behind an API server. Whatever it answers about anchors and pods the cache knows. */
final class ApiObjects implements Objects {
  private static final String JSON = "application/json";
  private static final String MERGE_PATCH = "application/merge-patch+json";
  private static final int NOT_FOUND = 404;
  private static final int CONFLICT = 409;

  private final KubernetesSerialization serialization;
  private final ApiRequests requests;
  private final ResourcePaths paths;
  private final Warnings warnings;
  private final SessionCache cache;

  ApiObjects(KubernetesClient client, ApiRequests requests, SessionCache cache) {
    this.serialization = client.getKubernetesSerialization();
    this.requests = requests;
    this.paths = new ResourcePaths(client);
    this.warnings = new Warnings(requests);
    this.cache = cache;
  }

  @Override
  @SuppressWarnings("unchecked")
  public <T extends HasMetadata> CompletionStage<T> create(T object) {
    ObjectRef ref = ObjectRef.to(object);
    return requests
        .send("Creating " + ref, "POST", () -> paths.collection(ref), JSON, Optional.of(object))
        .thenApply(body -> (T) known(body, object.getClass()));
  }

  @Override
  public CompletionStage<Optional<HasMetadata>> get(ObjectRef object) {
    Set<String> known = cache.known(object);
    return requests
        .send("Reading " + object, "GET", () -> paths.of(object), JSON, Optional.empty())
        .thenApply(body -> Optional.of(known(body, HasMetadata.class)))
        .exceptionally(
            thrown -> {
              if (refused(thrown) != NOT_FOUND) {
                throw ApiFailures.of(Causes.of(thrown), "Reading " + object);
              }
              cache.onMissing(known);
              return Optional.empty();
            })
        .thenApply(
            found ->
                found.filter(
                    o -> object.uid().filter(u -> !u.equals(o.getMetadata().getUid())).isEmpty()));
  }

  @Override
  public CompletionStage<Boolean> delete(ObjectRef object) {
    return object
        .uid()
        .map(
            uid ->
                write(
                    "Deleting " + object,
                    "DELETE",
                    object,
                    JSON,
                    new DeleteOptionsBuilder()
                        .withPropagationPolicy("Background")
                        .withNewPreconditions()
                        .withUid(uid)
                        .endPreconditions()
                        .build()))
        .orElseGet(() -> withoutUid(object));
  }

  @Override
  public CompletionStage<Boolean> annotate(
      ObjectRef object, Map<String, String> annotations, Optional<String> resourceVersion) {
    if (object.uid().isEmpty()) {
      return withoutUid(object);
    }
    Map<String, Object> metadata = new HashMap<>();
    metadata.put("uid", object.uid().get());
    resourceVersion.ifPresent(version -> metadata.put("resourceVersion", version));
    metadata.put("annotations", annotations);
    return write(
        "Annotating " + object, "PATCH", object, MERGE_PATCH, Map.of("metadata", metadata));
  }

  private static CompletionStage<Boolean> withoutUid(ObjectRef object) {
    return CompletableFuture.failedFuture(
        new IllegalArgumentException("a uid is needed to change " + object));
  }

  /**
   * A refusal as a conflict says that another object has the name, or, with a version, that this
   * one has changed.
   *
   * @return whether the object that is meant was there
   */
  private CompletionStage<Boolean> write(
      String action, String method, ObjectRef object, String contentType, Object body) {
    return requests
        .send(action, method, () -> paths.of(object), contentType, Optional.of(body))
        .thenApply(
            answer -> {
              Object left = serialization.unmarshal(answer);
              if (left instanceof HasMetadata one && (method.equals("PATCH") || ending(one))) {
                cache.onUpdate(one);
              } else {
                cache.onMissing(Set.of(object.uid().orElseThrow()));
              }
              return true;
            })
        .exceptionally(
            thrown -> {
              int refused = refused(thrown);
              if (refused == NOT_FOUND || anotherUid(thrown)) {
                cache.onMissing(Set.of(object.uid().orElseThrow()));
              } else if (refused != CONFLICT) {
                throw ApiFailures.of(Causes.of(thrown), action);
              }
              return false;
            });
  }

  /** What is deleted at once is returned as it was, or not at all. */
  private static boolean ending(HasMetadata object) {
    return object.getMetadata().getDeletionTimestamp() != null;
  }

  @Override
  public CompletionStage<List<String>> warnings(ObjectRef object) {
    return warnings.of(object);
  }

  private <T extends KubernetesResource> T known(String body, Class<T> type) {
    T object = type.cast(serialization.unmarshal(body));
    if (object instanceof HasMetadata one) {
      cache.onUpdate(one);
    }
    return object;
  }

  /** A patch that names another uid is refused as a change of that field. */
  private static boolean anotherUid(Throwable thrown) {
    return Causes.of(thrown).getCause() instanceof KubernetesClientException refusal
        && refusal.getStatus() != null
        && refusal.getStatus().getDetails() != null
        && refusal.getStatus().getDetails().getCauses().stream()
            .anyMatch(cause -> "metadata.uid".equals(cause.getField()));
  }

  /** The HTTP status of a refusal; 0 if there was none. */
  private static int refused(Throwable thrown) {
    return Causes.of(thrown).getCause() instanceof KubernetesClientException refusal
        ? refusal.getCode()
        : 0;
  }
}
