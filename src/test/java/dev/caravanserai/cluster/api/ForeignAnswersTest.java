package dev.caravanserai.cluster.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.caravanserai.cluster.ObjectRef;
import dev.caravanserai.session.Causes;
import dev.caravanserai.session.Failure;
import dev.caravanserai.session.FailureCode;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Only the API server's own word about an object is believed, not that of a proxy before it. */
class ForeignAnswersTest {
  private static final String GONE =
      "{'kind': 'Status', 'apiVersion': 'v1', 'status': 'Failure', 'reason': 'NotFound', 'code': 404,"
          + " 'message': 'configmaps \\'session-a\\' not found',"
          + " 'details': {'name': 'session-a', 'kind': 'configmaps'}}";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "404 | <html>no such page</html> | no such page",
        "404 | {'message': 'no route matched'} | no route matched",
        "404 | {'kind': 'Status', 'reason': 'NotFound', 'code': 404, 'message': 'no such resource', 'details': {}} | no such resource",
        "404 | {'kind': 'Status', 'reason': 'NotFound', 'code': 404, 'message': 'no ns', 'details': {'name': 'ns', 'kind': 'namespaces'}} | no ns",
        "409 | <html>busy</html> | busy",
        "403 | <html>sign in</html> | sign in",
        "200 | <html>sign in</html> | sign in",
        "200 | {'message': 'ok'} | ok",
        "200 | {'kind': 'ConfigMap', 'apiVersion': 'v1', 'metadata': {'name': 'other', 'namespace': 'ns'}} | it has another object",
      })
  void response_that_is_not_about_the_object_concludes_nothing(
      int status, String body, String words) throws Exception {
    // Given
    String json = body.replace('\'', '"');
    try (StubApi api = new StubApi(exchange -> new StubApi.Answer(status, json))) {
      api.knownSession();
      var objects = api.cluster.objects();

      // When
      Failure read = failure(() -> objects.get("default", StubApi.REF));
      Failure deleted = failure(() -> objects.delete(StubApi.REF));
      Failure annotated = failure(() -> objects.annotate(StubApi.REF, Map.of("a", "b")));

      // Then
      assertThat(api.cluster.sessions().find(StubApi.KEY)).isPresent();
      for (Failure failure : new Failure[] {read, deleted, annotated}) {
        assertThat(failure.message()).contains(words).doesNotContain("metadata");
        assertThat(failure.code())
            .as(failure.message())
            .isIn(FailureCode.CLUSTER_UNREACHABLE, FailureCode.NOT_FOUND);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", ".", "..", "../secrets/x", "?limit=1", "x?watch=true", "a b", "%2e%2e"})
  void name_that_is_no_path_segment_is_never_sent(String name) throws Exception {
    // Given
    AtomicInteger requests = new AtomicInteger();
    try (StubApi api =
        new StubApi(
            exchange -> {
              requests.incrementAndGet();
              return new StubApi.Answer(200, StubApi.ANCHOR);
            })) {
      // When
      ObjectRef claim = ObjectRef.named(PersistentVolumeClaim.class, "ns", name);
      Failure named = failure(() -> api.cluster.objects().get("default", claim));
      ObjectRef elsewhere = ObjectRef.named(PersistentVolumeClaim.class, name, "claim");
      Failure placed = failure(() -> api.cluster.objects().get("default", elsewhere));

      // Then
      assertThat(named.code()).isEqualTo(FailureCode.CONFIG_ERROR);
      assertThat(placed.code()).isEqualTo(FailureCode.CONFIG_ERROR);
      assertThat(requests).hasValue(0);
    }
  }

  @Test
  void object_is_gone_if_the_api_server_says_so_by_its_name() throws Exception {
    // Given
    String json = GONE.replace("\\'", "").replace('\'', '"');
    try (StubApi api = new StubApi(exchange -> new StubApi.Answer(404, json))) {
      api.knownSession();

      // When
      Optional<?> read =
          api.cluster.objects().get("default", StubApi.REF).toCompletableFuture().join();

      // Then
      assertThat(read).isEmpty();
      assertThat(api.cluster.sessions().find(StubApi.KEY)).isEmpty();
    }
  }

  private static Failure failure(Supplier<CompletionStage<?>> call) {
    Throwable thrown = catchThrowable(() -> call.get().toCompletableFuture().join());
    return Causes.failure(thrown).orElseThrow();
  }
}
