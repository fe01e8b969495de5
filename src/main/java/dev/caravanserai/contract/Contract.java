package dev.caravanserai.contract;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.caravanserai.session.ExecSpec;
import dev.caravanserai.session.InvalidRequestException;
import dev.caravanserai.session.InvalidRequestException.Violation;
import dev.caravanserai.session.SessionSpec;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * The contract of the API (OpenAPI 3.1): reads requests by it and refuses those that break it, with
 * all that is wrong at once. Touches nothing; safe for use by many threads.
 */
public final class Contract {
  private static final String RESOURCE = "/openapi/caravanserai.yaml";
  private static final int LONGEST_KEY = 255;

  private final byte[] yaml;
  private final ContractSchema startSession;
  private final ContractSchema exec;

  private Contract(byte[] yaml, JsonNode document) {
    this.yaml = yaml;
    this.startSession = ContractSchema.of(document, "StartSession");
    this.exec = ContractSchema.of(document, "Exec");
  }

  /**
   * Loads the contract from the class path.
   *
   * @throws IllegalStateException if the class path lacks it
   */
  public static Contract load() {
    try (InputStream in = Contract.class.getResourceAsStream(RESOURCE)) {
      if (in == null) {
        throw new IllegalStateException("the class path lacks " + RESOURCE);
      }
      byte[] yaml = in.readAllBytes();
      return new Contract(yaml, new YAMLMapper().readTree(yaml));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + RESOURCE, e);
    }
  }

  /** The contract as it is published: YAML in UTF-8. */
  public byte[] yaml() {
    return yaml.clone();
  }

  /**
   * Reads a request for a session.
   *
   * @param body the JSON of schema {@code StartSession}
   * @param tenant whose session it is to be, as the API key says
   * @param idempotencyKey the header {@code Idempotency-Key}, 1 to 255 characters
   * @throws InvalidRequestException with all that breaks the contract
   */
  public SessionSpec readSession(JsonNode body, String tenant, Optional<String> idempotencyKey) {
    Objects.requireNonNull(tenant, "tenant");
    List<Violation> violations = new ArrayList<>(startSession.check(body));
    idempotencyKey
        .filter(key -> key.isBlank() || key.length() > LONGEST_KEY)
        .ifPresent(
            key ->
                violations.add(
                    new Violation(
                        "/header/Idempotency-Key",
                        "must have 1 to 255 characters, not " + key.length())));
    refuse(violations);
    return SessionRequest.read(body, tenant, idempotencyKey);
  }

  /**
   * Reads a request for an exec.
   *
   * @param body the JSON of schema {@code Exec}
   * @throws InvalidRequestException with all that breaks the contract
   */
  public ExecSpec readExec(JsonNode body) {
    refuse(exec.check(body));
    return ExecRequest.read(body);
  }

  private static void refuse(List<Violation> violations) {
    if (!violations.isEmpty()) {
      throw new InvalidRequestException(violations);
    }
  }
}
