package dev.caravanserai.contract;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.caravanserai.session.Failure;
import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.SampleSessions;
import dev.caravanserai.session.Session;
import dev.caravanserai.session.SessionKey;
import dev.caravanserai.session.SessionPage;
import dev.caravanserai.session.SessionSpec;
import dev.caravanserai.session.State;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SessionJsonTest {
  private static final SessionKey KEY = new SessionKey("api", "default", "build-42");
  private static final ObjectMapper JSON = ApiJson.mapper();
  private static final Instant CREATED = Instant.parse("2026-11-21T09:30:00Z");
  private final JsonNode document;

  SessionJsonTest() throws IOException {
    document = new YAMLMapper().readTree(Contract.load().yaml());
  }

  @Test
  void session_is_written_as_the_contract_shows_it() {
    // Given
    Session session =
        SampleSessions.of(
            KEY,
            to ->
                to.profile("default")
                    .state(State.RUNNING)
                    .ready(true)
                    .image("python:3-slim")
                    .namespace("sessions")
                    .container("main")
                    .pod(
                        Optional.of(
                            new Session.Pod(
                                "session-build-42",
                                "0b0f1a2e-6a1e-4d1f-9a53-2f1f0d0d4c11",
                                Optional.of("node-1"),
                                "Running",
                                0,
                                List.of())))
                    .storage(
                        Optional.of(
                            new Session.Storage(
                                "session-build-42-pvc",
                                "1Gi",
                                Optional.of("standard"),
                                "/workspace")))
                    .createdAt(CREATED)
                    .startedAt(Optional.of(Instant.parse("2026-11-21T09:30:02.118Z")))
                    .lastActivityAt(Instant.parse("2026-11-21T09:30:02.118Z"))
                    .expiresAt(Instant.parse("2026-11-21T10:30:00Z"))
                    .labels(Map.of("team", "red"))
                    .metadata(Map.of("ticket", 7)));

    // When
    ObjectNode json = JSON.valueToTree(session);

    // Then
    assertThat(json).isEqualTo(document.at("/components/examples/RunningSession/value"));
  }

  @Test
  void metadata_is_written_with_its_nulls_and_exact_numbers() throws IOException {
    // Given
    String metadata = "{\"z\":null,\"a\":{\"n\":1E+2,\"none\":null},\"l\":[1.50,null]}";
    JsonNode request = ContractRequests.json("{\"metadata\":" + metadata + "}");
    SessionSpec spec = Contract.load().readSession(request, "default", Optional.empty());

    // When
    String json =
        JSON.writeValueAsString(SampleSessions.of(KEY, to -> to.metadata(spec.metadata())));

    // Then
    assertThat(json).contains("\"metadata\":" + metadata);
  }

  @Test
  void unknown_fields_of_a_session_are_absent_and_a_failure_has_a_reason() {
    // Given
    Session failed = failed();

    // When
    ObjectNode json = JSON.valueToTree(failed);

    // Then
    assertThat(json).isEqualTo(document.at("/components/examples/FailedSession/value"));
  }

  @Test
  void page_has_the_token_of_the_next_one() {
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
  void last_page_has_no_next() {
    // Given
    SessionPage page = new SessionPage(List.of(), Optional.empty());

    // When
    ObjectNode json = JSON.valueToTree(page);

    // Then
    assertThat(json).hasToString("{\"items\":[]}");
  }

  private static Session failed() {
    return SampleSessions.of(
        KEY,
        to ->
            to.profile("default")
                .state(State.FAILED)
                .image("nope:1")
                .namespace("sessions")
                .container("main")
                .createdAt(CREATED)
                .lastActivityAt(CREATED)
                .expiresAt(Instant.parse("2026-11-21T09:40:31Z"))
                .failure(
                    Optional.of(
                        Failure.of(
                                FailureCode.IMAGE_PULL,
                                "Pod sessions/session-build-42 cannot get the image nope:1: Back-off pulling image"
                                    + " \"nope:1\". Check the image's name and that the nodes may pull it.",
                                "ImagePullBackOff")
                            .withEvents(
                                List.of("Failed: Failed to pull image \"nope:1\": not found")))));
  }
}
