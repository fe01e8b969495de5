package dev.caravanserai.contract;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravanserai.session.Failure;

/** Writes a {@link Failure} as schema {@code Failure} of the contract. */
public final class FailureJson {
  private FailureJson() {}

  public static ObjectNode of(Failure failure) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("code", failure.code().name());
    json.put("message", failure.message());
    failure.reason().ifPresent(reason -> json.put("reason", reason));
    failure.events().forEach(json.putArray("events")::add);
    return json;
  }
}
