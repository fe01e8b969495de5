package dev.caravanserai.contract;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravanserai.session.SessionSpec;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** Turns JSON that keeps schema {@code StartSession} into a {@link SessionSpec}. */
final class SessionRequest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private SessionRequest() {}

  static SessionSpec read(JsonNode body, String tenant, Optional<String> idempotencyKey) {
    return new SessionSpec(
        tenant,
        JsonFields.text(body, "profile"),
        JsonFields.text(body, "id"),
        JsonFields.text(body, "image"),
        JsonFields.texts(body, "command"),
        JsonFields.texts(body, "args"),
        JsonFields.textByName(body, "env"),
        JsonFields.text(body, "workingDir"),
        JsonFields.field(body, "timeoutSeconds").map(JsonNode::longValue).map(Duration::ofSeconds),
        JsonFields.field(body, "resources")
            .map(SessionRequest::resources)
            .orElse(SessionSpec.Resources.NONE),
        JsonFields.field(body, "storage").map(SessionRequest::storage),
        JsonFields.textByName(body, "labels"),
        JsonFields.field(body, "metadata").map(SessionRequest::anything).orElse(Map.of()),
        idempotencyKey);
  }

  private static SessionSpec.Resources resources(JsonNode resources) {
    return new SessionSpec.Resources(
        JsonFields.textByName(resources, "limits"), JsonFields.textByName(resources, "requests"));
  }

  private static SessionSpec.Storage storage(JsonNode storage) {
    return new SessionSpec.Storage(
        storage.get("size").textValue(),
        JsonFields.text(storage, "storageClass"),
        JsonFields.text(storage, "path"));
  }

  private static Map<String, Object> anything(JsonNode metadata) {
    return JSON.convertValue(metadata, new TypeReference<>() {});
  }
}
