package dev.caravanserai.cluster;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravanserai.session.Annotations;
import dev.caravanserai.session.Failure;
import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.Json;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.Optional;

/** A failure as an anchor keeps it ({@link Annotations#FAILURE}). */
public final class FailureAnnotation {
  private static final ObjectMapper JSON =
      Json.records().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

  private FailureAnnotation() {}

  public static String write(Failure failure) {
    return JSON.valueToTree(failure).toString();
  }

  static Optional<Failure> of(HasMetadata anchor) {
    return Optional.ofNullable(SessionReader.annotations(anchor).get(Annotations.FAILURE))
        .map(FailureAnnotation::read);
  }

  private static Failure read(String json) {
    try {
      return JSON.readValue(json, Failure.class);
    } catch (JsonProcessingException e) {
      return Failure.of(FailureCode.CONFIG_ERROR, "The anchor's failure cannot be read: " + json);
    }
  }
}
