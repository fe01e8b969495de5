package dev.caravanserai.contract;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravanserai.session.Session;
import dev.caravanserai.session.SessionPage;

/**
 * Writes a {@link Session} as schema {@code Session} of the contract: what is not known is absent,
 * times are RFC 3339 UTC.
 */
public final class SessionJson {
  private static final ObjectMapper JSON = new ObjectMapper();

  private SessionJson() {}

  public static ObjectNode of(Session session) {
    ObjectNode json = JSON.createObjectNode();
    json.put("id", session.id());
    json.put("tenant", session.tenant());
    json.put("profile", session.profile());
    json.put("state", session.state().name());
    json.put("ready", session.ready());
    json.put("image", session.image());
    json.put("cluster", session.cluster());
    json.put("namespace", session.namespace());
    session.pod().ifPresent(pod -> json.set("pod", pod(pod)));
    session.storage().ifPresent(storage -> json.set("storage", storage(storage)));
    json.put("createdAt", session.createdAt().toString());
    session.startedAt().ifPresent(time -> json.put("startedAt", time.toString()));
    json.put("lastActivityAt", session.lastActivityAt().toString());
    json.put("expiresAt", session.expiresAt().toString());
    session.failure().ifPresent(failure -> json.set("failure", FailureJson.of(failure)));
    json.set("labels", JSON.valueToTree(session.labels()));
    json.set("metadata", JSON.valueToTree(session.metadata()));
    return json;
  }

  /** Writes a page as schema {@code SessionPage}. */
  public static ObjectNode page(SessionPage page) {
    ObjectNode json = JSON.createObjectNode();
    ArrayNode items = json.putArray("items");
    page.items().forEach(session -> items.add(of(session)));
    page.next().ifPresent(next -> json.put("continue", next));
    return json;
  }

  private static ObjectNode pod(Session.Pod pod) {
    ObjectNode json = JSON.createObjectNode();
    json.put("name", pod.name());
    json.put("uid", pod.uid());
    pod.node().ifPresent(node -> json.put("node", node));
    json.put("phase", pod.phase());
    json.put("restarts", pod.restarts());
    if (!pod.warnings().isEmpty()) {
      json.set("warnings", JSON.valueToTree(pod.warnings()));
    }
    return json;
  }

  private static ObjectNode storage(Session.Storage storage) {
    ObjectNode json = JSON.createObjectNode();
    json.put("claim", storage.claim());
    json.put("size", storage.size());
    storage.storageClass().ifPresent(storageClass -> json.put("storageClass", storageClass));
    json.put("path", storage.path());
    return json;
  }
}
