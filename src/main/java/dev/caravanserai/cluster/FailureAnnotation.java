package dev.caravanserai.cluster;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravanserai.session.Annotations;
import dev.caravanserai.session.Failure;
import dev.caravanserai.session.FailureCode;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A failure as an anchor keeps it ({@link Annotations#FAILURE}). */
public final class FailureAnnotation {
  private static final ObjectMapper JSON = new ObjectMapper();

  private FailureAnnotation() {}

  public static String write(Failure failure) {
    var node = JSON.createObjectNode();
    node.put("code", failure.code().name()).put("message", failure.message());
    failure.reason().ifPresent(r -> node.put("reason", r));
    failure.events().forEach(node.putArray("events")::add);
    return node.toString();
  }

  static Optional<Failure> of(HasMetadata anchor) {
    return Optional.ofNullable(SessionReader.annotations(anchor).get(Annotations.FAILURE))
        .map(FailureAnnotation::read);
  }

  private static Failure read(String json) {
    try {
      JsonNode node = JSON.readTree(json);
      List<String> events = new ArrayList<>();
      node.path("events").forEach(e -> events.add(e.asText()));
      return new Failure(
          FailureCode.valueOf(node.path("code").asText()),
          node.path("message").asText(),
          Optional.ofNullable(node.path("reason").textValue()),
          events);
    } catch (JsonProcessingException | IllegalArgumentException e) {
      return Failure.of(FailureCode.CONFIG_ERROR, "The anchor's failure cannot be read: " + json);
    }
  }
}
