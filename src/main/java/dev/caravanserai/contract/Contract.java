package dev.caravanserai.contract;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
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
 * The contract of the API: reads valid requests and rejects others with every violation at once.
 * Immutable; safe for use by many threads.
 */
public final class Contract {
  private static final String RESOURCE = "/openapi/caravanserai.yaml";

  private final byte[] yaml;
  private final ContractSchema startSession;
  private final ContractSchema exec;
  private final ContractSchema idempotencyKey;

  private Contract(byte[] yaml) {
    this.yaml = yaml;
    ApiDocument document = ApiDocument.read(yaml);
    this.startSession = document.schema("/components/schemas/StartSession");
    this.exec = document.schema("/components/schemas/Exec");
    this.idempotencyKey = document.schema("/components/parameters/IdempotencyKey/schema");
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
      return new Contract(in.readAllBytes());
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
   * @param tenant tenant of the session
   * @param idempotencyKey as the contract's header of that name
   * @throws InvalidRequestException with every violation
   */
  public SessionSpec readSession(JsonNode body, String tenant, Optional<String> idempotencyKey) {
    Objects.requireNonNull(tenant, "tenant");
    List<Violation> violations = new ArrayList<>(startSession.check(body));
    idempotencyKey.map(TextNode::valueOf).map(this.idempotencyKey::check).stream()
        .flatMap(List::stream)
        .map(wrong -> new Violation("/header/Idempotency-Key", wrong.message()))
        .forEach(violations::add);
    refuse(violations);
    return RequestReader.session(body, tenant, idempotencyKey);
  }

  /**
   * Checks a request for a session that a program has made: the same rules hold as for JSON.
   *
   * @param request its own Idempotency-Key is preferred to the given one
   * @return the same request for the given tenant
   * @throws InvalidRequestException with every violation
   */
  public SessionSpec readSession(
      SessionSpec request, String tenant, Optional<String> idempotencyKey) {
    return readSession(
        RequestReader.json(request), tenant, request.idempotencyKey().or(() -> idempotencyKey));
  }

  /**
   * Reads a request for an exec.
   *
   * @param body the JSON of schema {@code Exec}
   * @throws InvalidRequestException with every violation
   */
  public ExecSpec readExec(JsonNode body) {
    refuse(exec.check(body));
    return RequestReader.exec(body);
  }

  private static void refuse(List<Violation> violations) {
    if (!violations.isEmpty()) {
      throw new InvalidRequestException(violations);
    }
  }
}
