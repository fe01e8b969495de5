package dev.caravanserai.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravanserai.session.Annotations;
import dev.caravanserai.session.InvalidRequestException;
import dev.caravanserai.session.Labels;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlannerTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"default", "hypha", "raworc", "autogen"})
  void every_object_is_labelled_and_in_one_namespace_and_listed_by_the_anchor(String profile)
      throws Exception {
    // Given
    Requests request = Requests.of(profile).env(Map.of("A", "b")).storage("1Gi");

    // When
    Plan plan = request.plan();

    // Then
    assertThat(all(plan))
        .allSatisfy(
            o -> {
              assertThat(o.getMetadata().getNamespace()).isEqualTo(plan.namespace());
              assertThat(o.getMetadata().getLabels())
                  .containsEntry(Labels.MANAGED_BY, "caravanserai")
                  .containsEntry(Labels.SESSION, "one")
                  .containsEntry(Labels.TENANT, "default")
                  .containsEntry(Labels.PROFILE, profile);
            });
    assertThat(plan.anchor().getMetadata().getName()).isEqualTo("session-one");
    assertThat(plan.anchor().getMetadata().getAnnotations().get(Annotations.OBJECTS).split(","))
        .containsExactlyElementsOf(
            all(plan).stream()
                .skip(1)
                .map(o -> o.getApiVersion() + "/" + o.getKind() + "/" + o.getMetadata().getName())
                .toList());
    assertThat(plan.pod().getSpec().getActiveDeadlineSeconds())
        .isEqualTo(plan.spec().timeout().orElseThrow().toSeconds() + 60);
    assertThat(plan.pod().getMetadata().getAnnotations()).containsEntry(Annotations.ID, "one");
    assertThat(JSON.writeValueAsString(all(request.plan())))
        .isEqualTo(JSON.writeValueAsString(all(plan)));
  }

  @Test
  void every_violation_is_reported_at_once_with_its_pointer() {
    Requests request =
        Requests.of("nope")
            .image("UPPER CASE")
            .env(Map.of("CARAVANSERAI_X", "x"))
            .timeout(Duration.ofDays(9))
            .resources(Map.of("memory", "12Qx"), Map.of());
    assertThat(pointers(request))
        .containsExactlyInAnyOrder(
            "/profile",
            "/image",
            "/env/CARAVANSERAI_X",
            "/resources/limits/memory",
            "/timeoutSeconds");
  }

  @Test
  void metadata_that_the_profile_uses_is_checked() {
    // Given
    Requests request =
        Requests.of("hypha")
            .metadata(
                Map.of(
                    "restart_policy", "Sometimes", "image_pull_policy", "", "other", "anything"));

    // When
    List<String> pointers = pointers(request);

    // Then
    assertThat(pointers)
        .containsExactlyInAnyOrder("/metadata/restart_policy", "/metadata/image_pull_policy");
  }

  @Test
  void requests_may_not_exceed_limits_nor_time_the_maximum() {
    Requests request =
        Requests.of("hypha")
            .image(null)
            .timeout(Duration.ofDays(9))
            .resources(Map.of("cpu", "1"), Map.of("cpu", "1001m"))
            .labels(Map.of("app", "mine"));
    assertThat(pointers(request))
        .containsExactlyInAnyOrder(
            "/timeoutSeconds", "/image", "/resources/requests/cpu", "/labels/app");
  }

  @Test
  void refusal_for_a_limit_names_the_setting_or_the_profile_that_has_it() throws Exception {
    // Given
    Files.writeString(
        folder.resolve("hypha.yaml"),
        Files.readString(Path.of("config/profiles/hypha.yaml"))
            + "limits: {timeoutSeconds: 60, storage: {size: 1Gi}}\n");
    Planner limited =
        new Planner(Profiles.load(Optional.of(folder), Map.of()), Requests.defaults());

    // Then
    for (String profile : List.of("default", "nope")) {
      assertThatThrownBy(() -> Requests.of(profile).timeout(Duration.ofSeconds(90_000)).plan())
          .hasMessageContaining(
              "/timeoutSeconds: is 90000 s; the longest is 86400 s (caravanserai.session.max-timeout)");
    }
    assertThatThrownBy(
            () -> Requests.of("hypha").timeout(Duration.ofSeconds(61)).storage("2Gi").plan(limited))
        .hasMessageContainingAll(
            "/timeoutSeconds: is 61 s; the longest is 60 s (/limits/timeoutSeconds of the profile)",
            "/storage/size: must not exceed 1Gi, the limit of profile hypha");
  }

  @Test
  void request_overrides_a_default() {
    Plan plan =
        Requests.of("default").resources(Map.of("memory", "64Mi"), Map.of("cpu", "2")).plan();
    assertThat(plan.spec().resources().requests()).containsEntry("memory", "64Mi");
    assertThat(plan.spec().resources().limits()).containsEntry("cpu", "2");
  }

  @Test
  void one_idempotency_key_makes_one_session_per_tenant_and_is_not_kept() throws Exception {
    Plan one = Requests.of("default").id(null).key("the-key").plan();
    Plan again = Requests.of("default").id(null).key("the-key").plan();
    Plan other = Requests.of("default").id(null).key("the-key").tenant("acme").plan();
    assertThat(one.id()).isEqualTo(again.id()).isNotEqualTo(other.id()).hasSize(36);
    assertThat(one.anchor()).isEqualTo(again.anchor());
    assertThat(JSON.writeValueAsString(one.anchor())).doesNotContain("the-key");
    assertThat(one.anchor().getMetadata().getAnnotations())
        .containsKeys(Annotations.IDEMPOTENCY_KEY, Annotations.REQUEST);
    assertThat(Requests.of("default").id(null).plan().id())
        .isEqualTo(new java.util.UUID(1, 2).toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"abc", "0", "-5", "1.5"})
  void setting_that_is_not_a_time_is_a_config_error(String timeout) {
    assertThatThrownBy(
            () -> Requests.of("hypha").plan(Map.of("HYPHA_K8S_DEFAULT_TIMEOUT", timeout)))
        .hasMessageContaining("CONFIG_ERROR")
        .hasMessageContaining(timeout);
  }

  @Test
  void default_lifetime_above_the_maximum_stops_the_start_and_names_both_settings() {
    assertThatThrownBy(
            () -> Requests.of("hypha").plan(Map.of("HYPHA_K8S_DEFAULT_TIMEOUT", "999999")))
        .hasMessageContainingAll(
            "CONFIG_ERROR",
            "HYPHA_K8S_DEFAULT_TIMEOUT",
            "999999",
            "caravanserai.session.max-timeout",
            "86400");
  }

  @Test
  void setting_of_the_time_to_start_holds_where_a_profile_does_not_say() {
    assertThat(Requests.of("default").plan().startTimeout()).isEqualTo(Requests.START_TIMEOUT);
    assertThat(Requests.of("hypha").plan().startTimeout()).isEqualTo(Requests.START_TIMEOUT);
    assertThat(Requests.of("autogen").plan().startTimeout()).hasSeconds(60);
  }

  @Test
  void more_metadata_than_the_limit_is_refused_with_the_setting() {
    Requests request = Requests.of("default").metadata(Map.of("a", "x".repeat(128 * 1024)));
    assertThatThrownBy(request::plan)
        .hasMessageContainingAll("/metadata", "131072", "caravanserai.session.metadata-limit");
  }

  private static List<String> pointers(Requests request) {
    return catchThrowableOfType(InvalidRequestException.class, request::plan).violations().stream()
        .map(InvalidRequestException.Violation::pointer)
        .toList();
  }

  private static List<HasMetadata> all(Plan plan) {
    List<HasMetadata> all = new ArrayList<>(List.of(plan.anchor()));
    all.addAll(plan.objects());
    all.add(plan.pod());
    return all;
  }
}
