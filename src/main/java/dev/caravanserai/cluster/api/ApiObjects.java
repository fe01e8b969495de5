package dev.caravanserai.cluster.api;

import dev.caravanserai.cluster.ObjectRef;
import dev.caravanserai.cluster.Objects;
import dev.caravanserai.cluster.SessionCache;
import dev.caravanserai.session.Causes;
import dev.caravanserai.session.FailureException;
import dev.caravanserai.session.Labels;
import dev.caravanserai.session.Names;
import io.fabric8.kubernetes.api.model.DeleteOptionsBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Status;
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

/** Objects behind an API server. Reports each response about an anchor or pod to the cache. */
final class ApiObjects implements Objects {
  private static final String JSON = "application/json";
  private static final String MERGE_PATCH = "application/merge-patch+json";

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
    String action = "Creating " + ref;
    return requests
        .send(
            tenant(object), action, "POST", () -> paths.collection(ref), JSON, Optional.of(object))
        .thenApply(body -> (T) known(object(body, ref, action), object.getClass()));
  }

  @Override
  public CompletionStage<Optional<HasMetadata>> get(String tenant, ObjectRef object) {
    Set<String> known = cache.known(object);
    String action = "Reading " + object;
    return requests
        .send(Names.label(tenant), action, "GET", () -> paths.of(object), JSON, Optional.empty())
        .thenApply(
            body -> {
              HasMetadata found = object(body, object, action);
              known.remove(found.getMetadata().getUid());
              cache.onMissing(known); // one name is one object at a time
              return Optional.of(known(found, HasMetadata.class));
            })
        .exceptionally(
            thrown -> {
              if (!refused(thrown, object, "NotFound")) {
                throw ApiFailures.of(Causes.of(thrown), action);
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
    Set<String> uid = Set.of(object.uid().orElseThrow());
    return requests
        .send(
            Names.label(cache.tenant(object)),
            action,
            method,
            () -> paths.of(object),
            contentType,
            Optional.of(body))
        .thenApply(
            answer -> {
              if (deleted(answer)) {
                cache.onMissing(uid);
                return true;
              }
              HasMetadata left = object(answer, object, action);
              if (method.equals("PATCH") || left.getMetadata().getDeletionTimestamp() != null) {
                cache.onUpdate(left);
              } else { // an object that is deleted at once is returned as it was
                cache.onMissing(uid);
              }
              return true;
            })
        .exceptionally(
            thrown -> {
              if (refused(thrown, object, "NotFound") || anotherUid(thrown)) {
                cache.onMissing(uid);
              } else if (!refused(thrown, object, "Conflict")) {
                throw ApiFailures.of(Causes.of(thrown), action);
              }
              return false;
            });
  }

  private boolean deleted(String body) {
    return ApiFailures.status(serialization, body)
        .filter(status -> "Success".equals(status.getStatus()))
        .isPresent();
  }

  @Override
  public CompletionStage<List<String>> warnings(ObjectRef object) {
    return warnings.of(object, Names.label(cache.tenant(object)));
  }

  private static String tenant(HasMetadata created) {
    return Optional.ofNullable(created.getMetadata().getLabels())
        .map(labels -> labels.get(Labels.TENANT))
        .orElse("");
  }

  private <T extends HasMetadata> T known(HasMetadata object, Class<T> type) {
    cache.onUpdate(object);
    return type.cast(object);
  }

  /**
   * @throws FailureException CLUSTER_UNREACHABLE if the body is not this object, but the page of a
   *     proxy, say
   */
  private HasMetadata object(String body, ObjectRef expected, String action) {
    try {
      if (serialization.unmarshal(body) instanceof HasMetadata object
          && expected.anyLife().equals(ObjectRef.to(object).anyLife())) {
        return object;
      }
    } catch (RuntimeException noObject) {
      throw ApiFailures.foreign(action, ApiFailures.quoted(body), noObject);
    }
    throw ApiFailures.foreign(action, ApiFailures.quoted(body), null);
  }

  /** A patch that names another uid is refused as a change of that field. */
  private static boolean anotherUid(Throwable thrown) {
    return status(thrown)
        .map(Status::getDetails)
        .filter(
            details ->
                details.getCauses().stream()
                    .anyMatch(cause -> "metadata.uid".equals(cause.getField())))
        .isPresent();
  }

  /** Whether the API server itself gives this reason, and names this object. */
  private boolean refused(Throwable thrown, ObjectRef object, String reason) {
    return status(thrown)
        .filter(status -> reason.equals(status.getReason()))
        .map(Status::getDetails)
        .filter(details -> object.name().equals(details.getName()))
        .filter(details -> paths.names(object, details.getKind()))
        .isPresent();
  }

  private static Optional<Status> status(Throwable thrown) {
    return Causes.of(thrown).getCause() instanceof KubernetesClientException refusal
        ? Optional.ofNullable(refusal.getStatus())
        : Optional.empty();
  }
}
