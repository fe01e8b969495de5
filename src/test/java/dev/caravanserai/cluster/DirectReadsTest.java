package dev.caravanserai.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravanserai.session.Annotations;
import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.FailureException;
import dev.caravanserai.session.Session;
import dev.caravanserai.session.SessionKey;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** Reads of sessions that the watches have not reported. */
class DirectReadsTest {
  private final Scene scene = new Scene();
  private final List<CompletableFuture<Optional<?>>> gets = new ArrayList<>();
  private final List<String> watched = new ArrayList<>();
  private final List<String> tenants = new ArrayList<>();
  private final DirectReads reads =
      new DirectReads(objects(), scene.cache, () -> List.of("ns"), watched::contains, 100);

  private Objects objects() {
    return (Objects)
        Proxy.newProxyInstance(
            Objects.class.getClassLoader(),
            new Class<?>[] {Objects.class},
            (proxy, method, args) -> {
              assertThat(method.getName()).isEqualTo("get");
              tenants.add((String) args[0]);
              gets.add(new CompletableFuture<>());
              return gets.get(gets.size() - 1);
            });
  }

  private Optional<Session> read(CompletionStage<Optional<Session>> read) {
    return read.toCompletableFuture().getNow(Optional.empty());
  }

  @Test
  void session_that_is_made_while_it_is_being_read_is_known_to_the_next_reader() {
    // Given: the API server has looked, and found nothing
    CompletionStage<Optional<Session>> early = reads.read(Scene.KEY);

    // When: another replica makes it, and a reader comes before the first answer
    scene.next();
    CompletionStage<Optional<Session>> late = reads.read(Scene.KEY);
    gets.get(0).complete(Optional.empty());

    // Then
    assertThat(read(early)).isEmpty();
    assertThat(gets).hasSize(2);
    scene.seeAnchor();
    gets.get(1).complete(Optional.empty());
    assertThat(read(late)).isPresent();
  }

  @Test
  void namespace_that_may_be_neither_watched_nor_read_has_no_session() {
    // When
    CompletionStage<Optional<Session>> read = reads.read(Scene.KEY);
    gets.get(0).completeExceptionally(FailureException.of(FailureCode.FORBIDDEN, "in a test"));

    // Then
    assertThat(read.toCompletableFuture()).isCompletedWithValue(Optional.empty());
  }

  @Test
  void session_of_a_watched_namespace_that_may_not_be_read_is_not_absent() {
    // Given
    watched.add("ns");

    // When
    CompletionStage<Optional<Session>> read = reads.read(Scene.KEY);
    gets.get(0).completeExceptionally(FailureException.of(FailureCode.FORBIDDEN, "in a test"));

    // Then
    assertThat(read.toCompletableFuture()).isCompletedExceptionally();
  }

  @Test
  void session_of_a_namespace_that_does_not_answer_is_not_absent() {
    // When
    CompletionStage<Optional<Session>> read = reads.read(Scene.KEY);
    gets.get(0)
        .completeExceptionally(FailureException.of(FailureCode.CLUSTER_UNREACHABLE, "in a test"));

    // Then
    assertThat(read.toCompletableFuture()).isCompletedExceptionally();
  }

  @Test
  void readers_of_one_session_that_wait_share_one_request() {
    // Given: all places are taken
    for (int i = 0; i < 4; i++) {
      reads.read(new SessionKey("inn", "default", "other-" + i));
    }

    // When
    for (int i = 0; i < 50; i++) {
      reads.read(Scene.KEY);
    }
    gets.get(0).complete(Optional.empty());

    // Then
    assertThat(gets).hasSize(5);
  }

  @Test
  void anchor_and_pod_are_read_for_the_tenant_of_their_session() {
    // Given
    reads.read(new SessionKey("inn", "red", "unknown"));

    // When
    scene.next().mark(Annotations.OBJECTS, "v1/Pod/session-unknown");
    gets.get(0).complete(Optional.of(scene.anchor()));

    // Then
    assertThat(tenants).containsExactly("red", "red");
  }
}
