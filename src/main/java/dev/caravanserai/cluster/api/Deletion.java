package dev.caravanserai.cluster.api;

import dev.caravanserai.cluster.ObjectRef;
import io.fabric8.kubernetes.api.model.DeleteOptions;
import io.fabric8.kubernetes.api.model.DeleteOptionsBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Deletes one object and nothing else that may have its name by now. The client's own {@code
 * delete} knows no precondition on the uid (DeleteOptions, preconditions.uid).
 */
final class Deletion {
  private final KubernetesClient client;

  Deletion(KubernetesClient client) {
    this.client = client;
  }

  /**
   * @param missing is told the object when there is none of its name
   * @return whether there was the one that is meant
   */
  boolean of(ObjectRef object, Optional<String> uid, Consumer<ObjectRef> missing) {
    try {
      client.raw(path(object), "DELETE", options(uid));
      return true;
    } catch (KubernetesClientException e) {
      if (e.getCode() == HttpURLConnection.HTTP_NOT_FOUND) {
        missing.accept(object);
        return false;
      }
      if (e.getCode() == HttpURLConnection.HTTP_CONFLICT && uid.isPresent()) {
        return false;
      }
      throw e;
    }
  }

  private static DeleteOptions options(Optional<String> uid) {
    DeleteOptionsBuilder options = new DeleteOptionsBuilder().withPropagationPolicy("Background");
    uid.ifPresent(one -> options.withNewPreconditions().withUid(one).endPreconditions());
    return options.build();
  }

  private static String path(ObjectRef object) {
    String version = HasMetadata.getApiVersion(object.type());
    return "%s/%s/namespaces/%s/%s/%s"
        .formatted(
            version.contains("/") ? "/apis" : "/api",
            version,
            object.namespace(),
            HasMetadata.getPlural(object.type()),
            object.name());
  }
}
