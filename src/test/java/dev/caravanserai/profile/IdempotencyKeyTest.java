package dev.caravanserai.profile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravanserai.session.Annotations;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A repeated request is identified by hashes of its Idempotency-Key. */
class IdempotencyKeyTest {
  /** Computed with Python's hashlib.pbkdf2_hmac and hmac. */
  @Test
  void stored_hashes_are_the_same_on_every_replica_and_version() {
    // Given
    Requests request =
        Requests.of("default")
            .id(null)
            .command("echo", "é")
            .env(Map.of("B", "s3cr3t", "A", "x"))
            .timeout(Duration.ofMinutes(1))
            .labels(Map.of("l", "1"))
            .metadata(Map.of("m", Map.of("b", 1, "a", 2)));

    // When
    IdempotencyKey key = IdempotencyKey.of("default", "the-key");

    // Then
    assertThat(key.id()).hasToString("f48adf08-7ad1-872d-956c-a1031996cbdb");
    assertThat(key.key())
        .isEqualTo("ea9a4e65d012b28bee370969b9636e7a7b2b4d3f187378b7e3fe35f485d11200");
    assertThat(key.request(request.spec()))
        .isEqualTo("ff9cbd87c881eb23b2b32372aa992d7a146a754b33f9b4cf237c8836c9d3a120");
  }

  static Stream<Requests> others() {
    Requests one = Requests.of("default");
    return Stream.of(
        Requests.of("hypha"),
        one.id("two"),
        one.image("busybox:2"),
        one.command("true"),
        one.env(Map.of("A", "b")),
        one.storage("1Gi"),
        one.metadata(Map.of("a", "b")),
        one.timeout(Duration.ofSeconds(1)),
        one.resources(Map.of("cpu", "1"), Map.of()),
        one.labels(Map.of("a", "b")));
  }

  @ParameterizedTest
  @MethodSource("others")
  void different_requests_have_different_hashes(Requests other) {
    // Given
    IdempotencyKey key = IdempotencyKey.of("default", "k");

    // When
    String seen = key.request(other.spec());

    // Then
    assertThat(seen).isNotEqualTo(key.request(Requests.of("default").spec()));
  }

  @Test
  void hashes_of_different_keys_or_tenants_are_unrelated() {
    // Given
    Requests request = Requests.of("default").id(null).env(Map.of("A", "b"));

    // When
    List<Plan> plans =
        List.of(
            request.key("k").plan(),
            request.key("l").plan(),
            request.tenant("acme").key("k").plan());

    // Then
    assertThat(plans).extracting(Plan::id).doesNotHaveDuplicates();
    for (String kept : List.of(Annotations.IDEMPOTENCY_KEY, Annotations.REQUEST)) {
      assertThat(plans)
          .extracting(plan -> plan.anchor().getMetadata().getAnnotations().get(kept))
          .doesNotHaveDuplicates()
          .allMatch(text -> text.matches("[0-9a-f]{64}"));
    }
  }
}
