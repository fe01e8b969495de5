package dev.caravanserai.contract;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.caravanserai.session.Failure;
import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.Session;
import dev.caravanserai.session.SessionPage;
import dev.caravanserai.session.State;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SessionJsonTest {
  private static final ObjectMapper JSON = ApiJson.mapper();
  private static final Instant CREATED = Instant.parse("2026-11-21T09:30:00Z");
  private final JsonNode document;

  SessionJsonTest() throws IOException {
    document = new YAMLMapper().readTree(Contract.load().yaml());
  }

  @Test
  void aSessionIsWrittenAsTheContractShowsIt() {
    // Given
    Session session =
        new Session(
            "build-42",
            "default",
            "default",
            State.RUNNING,
            "python:3-slim",
            "api",
            "sessions",
            "main",
            Optional.of(
                new Session.Pod(
                    "session-build-42",
                    "0b0f1a2e-6a1e-4d1f-9a53-2f1f0d0d4c11",
                    Optional.of("node-1"),
                    "Running",
                    0)),
            Optional.of(
                new Session.Storage(
                    "session-build-42", "1Gi", Optional.of("standard"), "/workspace")),
            CREATED,
            Optional.of(Instant.parse("2026-11-21T09:30:02.118Z")),
            Instant.parse("2026-11-21T09:30:02.118Z"),
            Instant.parse("2026-11-21T10:30:00Z"),
            Optional.empty(),
            Map.of("team", "red"),
            Map.of("ticket", 7));

    // When
    ObjectNode json = JSON.valueToTree(session);

    // Then
    assertThat(json).isEqualTo(document.at("/components/examples/RunningSession/value"));
  }

  @Test
  void whatIsNotKnownIsAbsentAndAFailureSaysWhy() {
    // Given
    Session failed = failed();

    // When
    ObjectNode json = JSON.valueToTree(failed);

    // Then
    assertThat(json).isEqualTo(document.at("/components/examples/FailedSession/value"));
  }

  @Test
  void aPageSaysWhereTheNextOneBegins() {
    // Given
    SessionPage page = new SessionPage(List.of(failed()), Optional.of("abc"));

    // When
    ObjectNode json = JSON.valueToTree(page);

    // Then
    assertThat(ContractSchema.of(document, "/components/schemas/SessionPage").check(json))
        .isEmpty();
    assertThat(json.get("continue").textValue()).isEqualTo("abc");
    assertThat(json.at("/items/0/id").textValue()).isEqualTo("build-42");
  }

  @Test
  void theLastPageHasNoNext() {
    // Given
    SessionPage page = new SessionPage(List.of(), Optional.empty());

    // When
    ObjectNode json = JSON.valueToTree(page);

    // Then
    assertThat(json).hasToString("{\"items\":[]}");
  }

  private static Session failed() {
    return new Session(
        "build-42",
        "default",
        "default",
        State.FAILED,
        "nope:1",
        "api",
        "sessions",
        "main",
        Optional.empty(),
        Optional.empty(),
        CREATED,
        Optional.empty(),
        CREATED,
        Instant.parse("2026-11-21T10:30:00Z"),
        Optional.of(
            Failure.of(
                    FailureCode.IMAGE_PULL,
                    "The image nope:1 of session build-42 cannot be pulled. Check its name, and the"
                        + " pull secret if it is private.",
                    "ErrImagePull")
                .withEvents(List.of("Failed: Failed to pull image \"nope:1\": not found"))),
        Map.of(),
        Map.of());
  }
}
