package dev.caravanserai.contract;

import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravanserai.session.InvalidRequestException;
import dev.caravanserai.session.InvalidRequestException.Violation;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** Requests of tests, and what the contract finds wrong with them. */
final class ContractRequests {
  private ContractRequests() {}

  static JsonNode json(String text) {
    return StrictJson.read(text.getBytes(StandardCharsets.UTF_8));
  }

  static List<Violation> refusedStart(Contract contract, JsonNode request) {
    return catchThrowableOfType(
            InvalidRequestException.class,
            () -> contract.readSession(request, "acme", Optional.empty()))
        .violations();
  }
}
