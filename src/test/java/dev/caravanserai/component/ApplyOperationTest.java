package dev.caravanserai.component;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravanserai.cluster.ObjectRef;
import dev.caravanserai.contract.Contract;
import dev.caravanserai.life.UnconfirmedCreates;
import dev.caravanserai.profile.Plan;
import dev.caravanserai.profile.PlanDefaults;
import dev.caravanserai.profile.PlanDefaults.Lifetimes;
import dev.caravanserai.profile.Planner;
import dev.caravanserai.profile.Profiles;
import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.FailureException;
import dev.caravanserai.session.SessionSpec;
import io.fabric8.kubernetes.api.model.Secret;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;

/** Who has a session when several begin it at once, and what is left when nobody does. */
class ApplyOperationTest {
  private static final Optional<String> KEY = Optional.of("the-key-of-both");

  private final MemoryCluster cluster = new MemoryCluster();
  private final UnconfirmedCreates unanswered = new UnconfirmedCreates(cluster);
  private final ApplyOperation anchor = new ApplyOperation("anchor", cluster, unanswered);
  private final ApplyOperation rest = new ApplyOperation("rest", cluster, unanswered);

  @Test
  void of_two_with_one_key_and_another_environment_the_first_secret_has_the_session() {
    // Given
    Plan one = plan(Map.of("env", Map.of("PIN", "1")), KEY);
    Plan two = plan(Map.of("env", Map.of("PIN", "2")), KEY);
    Exchange first = exchange(one);
    Exchange second = exchange(two);
    run(anchor, first);
    run(anchor, second);

    // When
    run(rest, second);
    Throwable refused = catchThrowable(() -> run(rest, first));

    // Then
    assertThat(code(refused)).isEqualTo(FailureCode.CONFLICT);
    assertThat(two.sameEnvironment(cluster.now((Secret) two.objects().get(0)).orElseThrow()))
        .isTrue();
    assertThat(undone(first, refused)).as("who lost takes nothing away").isFalse();
    assertThat(cluster.now(two.pod())).isPresent();
  }

  @Test
  void who_made_the_anchor_has_the_session_where_its_secret_is_first() {
    // Given
    Plan one = plan(Map.of("env", Map.of("PIN", "1")), KEY);
    Exchange first = exchange(one);
    Exchange second = exchange(plan(Map.of("env", Map.of("PIN", "2")), KEY));
    run(anchor, first);
    run(anchor, second);

    // When
    run(rest, first);
    Throwable refused = catchThrowable(() -> run(rest, second));

    // Then
    assertThat(code(refused)).isEqualTo(FailureCode.CONFLICT);
    assertThat(undone(second, refused)).isFalse();
    assertThat(cluster.now(one.pod())).isPresent();
  }

  @Test
  void an_anchor_whose_creation_was_not_answered_goes_as_soon_as_the_watch_tells_of_it() {
    // Given
    cluster.fallSilent();
    Throwable away = catchThrowable(() -> run(anchor, exchange(plan(Map.of(), Optional.empty()))));

    // When
    cluster.comeBack();

    // Then
    assertThat(code(away)).isEqualTo(FailureCode.CLUSTER_UNREACHABLE);
    assertThat(cluster.there()).isEmpty();
  }

  @Test
  void an_anchor_that_a_repeated_request_will_ask_for_stays() {
    // Given
    Plan plan = plan(Map.of(), KEY);
    cluster.fallSilent();
    catchThrowable(() -> run(anchor, exchange(plan)));

    // When
    cluster.comeBack();

    // Then
    assertThat(cluster.now(plan.anchor())).isPresent();
  }

  @Test
  void an_anchor_of_the_same_name_that_somebody_else_began_stays() {
    // Given
    Plan lost = plan(Map.of("id", "same"), Optional.empty());
    cluster.fallSilent();
    catchThrowable(() -> run(anchor, exchange(lost)));
    cluster.delete(ObjectRef.to(cluster.now(lost.anchor()).orElseThrow()));
    Plan others = plan(Map.of("id", "same"), Optional.empty());
    cluster.create(others.anchor());

    // When
    cluster.comeBack();

    // Then
    assertThat(cluster.now(others.anchor())).isPresent();
  }

  /** Whether the undoing of a failed start ended the session. */
  private boolean undone(Exchange exchange, Throwable failure) {
    CompletableFuture<Void> ended = new CompletableFuture<>();
    exchange.setProperty(Exchange.EXCEPTION_CAUGHT, cause(failure));
    new UndoOperation(
            cluster.name(),
            null,
            e -> {
              ended.complete(null);
              return ended;
            })
        .run(exchange);
    return ended.isDone();
  }

  private static void run(PodOperation operation, Exchange exchange) {
    try {
      operation.run(exchange).toCompletableFuture().join();
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static Throwable cause(Throwable thrown) {
    return thrown instanceof CompletionException ? thrown.getCause() : thrown;
  }

  private static FailureCode code(Throwable thrown) {
    return ((FailureException) cause(thrown)).failure().code();
  }

  private static Exchange exchange(Plan plan) {
    Exchange exchange = new DefaultExchange(new DefaultCamelContext());
    exchange.getMessage().setBody(plan);
    return exchange;
  }

  private static Plan plan(Map<String, ?> request, Optional<String> key) {
    SessionSpec spec =
        Contract.load().readSession(new ObjectMapper().valueToTree(request), "default", key);
    Lifetimes lifetimes =
        new Lifetimes(Duration.ofMinutes(10), Duration.ofHours(1), Duration.ofMinutes(5));
    return new Planner(
            Profiles.shipped(), new PlanDefaults("ns", "memory", "default", lifetimes, 1024))
        .plan(spec, Instant.now(), UUID.randomUUID());
  }
}
