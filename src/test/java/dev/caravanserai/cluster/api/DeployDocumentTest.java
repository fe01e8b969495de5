package dev.caravanserai.cluster.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravanserai.profile.Profiles;
import dev.caravanserai.settings.Settings;
import dev.caravanserai.settings.SettingsReader;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The objects of docs/deploy.md fit the server. */
class DeployDocumentTest {
  private static final Pattern OBJECTS = Pattern.compile("(?s)```yaml\n(.*?)\n```");

  @Test
  void role_has_exactly_the_rights_that_the_server_checks() throws IOException {
    // Given
    Role role = object(Role.class);
    String namespace = role.getMetadata().getNamespace();
    Profiles profiles =
        Profiles.load(Optional.of(Path.of("config/profiles")), environment(container()));

    // When
    Stream<Access> granted =
        role.getRules().stream()
            .flatMap(
                rule ->
                    rule.getResources().stream()
                        .flatMap(
                            resource ->
                                rule.getVerbs().stream()
                                    .map(
                                        verb ->
                                            new Access(
                                                rule.getApiGroups().get(0), resource, verb))));

    // Then
    assertThat(profiles.namespaces()).containsOnly(namespace);
    assertThat(granted)
        .containsExactlyInAnyOrderElementsOf(Access.needed(profiles.kinds(namespace, namespace)));
  }

  @Test
  void environment_of_the_deployment_is_valid_settings() throws IOException {
    // When
    Settings settings =
        SettingsReader.load(Path.of("none"), environment(container()), new Properties());

    // Then
    assertThat(settings.get(Settings.CLUSTER_NAMESPACE))
        .contains(object(Role.class).getMetadata().getNamespace());
    assertThat(settings.get(Settings.PORT))
        .isEqualTo(container().getPorts().get(0).getContainerPort());
    assertThat(settings.get(Settings.API_KEY)).isPresent();
  }

  private static Map<String, String> environment(Container container) {
    return container.getEnv().stream()
        .collect(
            Collectors.toMap(
                EnvVar::getName,
                v -> Optional.ofNullable(v.getValue()).orElse("text-of-a-secret")));
  }

  private static Container container() throws IOException {
    return object(Deployment.class).getSpec().getTemplate().getSpec().getContainers().get(0);
  }

  private static <T extends HasMetadata> T object(Class<T> type) throws IOException {
    Matcher block = OBJECTS.matcher(Files.readString(Path.of("docs/deploy.md")));
    assertThat(block.find()).isTrue();
    return Stream.of(block.group(1).split("\n---\n"))
        .map(text -> Serialization.<HasMetadata>unmarshal(text))
        .filter(type::isInstance)
        .map(type::cast)
        .findFirst()
        .orElseThrow();
  }
}
