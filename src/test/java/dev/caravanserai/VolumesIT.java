package dev.caravanserai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravanserai.Api.Answer;
import dev.caravanserai.server.Server;
import dev.caravanserai.session.Labels;
import dev.caravanserai.settings.Settings;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Claims in a request: those of its tenant are mounted, others are not found. */
@ExtendWith(NothingLeftBehind.class)
class VolumesIT {
  private static final String RED = "red-key-0123456789";
  private static final String BLUE = "blue-key-0123456789";

  @Test
  void file_on_a_claim_of_the_tenant_is_read_by_the_next_session() throws Exception {
    // Given
    String claim = "volumes-it-" + Long.toString(System.nanoTime(), 36);
    make(claim, Map.of(Labels.TENANT, "red"));
    try (Server server = Server.start(Settings.of(settings()), List.of())) {
      Api red = new Api(server.url(), RED);
      Api blue = new Api(server.url(), BLUE);
      Map<String, Object> request = request(claim);
      Answer first = red.start(request);
      assertThat(first.status()).as(first.text()).isEqualTo(201);
      Answer written = red.exec(first.field("id"), script("echo kept > /data/note"));
      red.stopAll();

      // When
      Answer second = red.start(request);
      Answer read = red.exec(second.field("id"), script("cat /data/note"));
      Answer others = blue.start(request);
      Answer missing = red.start(request(claim + "-none"));

      // Then
      assertThat(written.body().path("exitCode").asInt(-1)).as(written.text()).isZero();
      assertThat(read.field("stdout")).isEqualTo("kept\n");
      for (Answer refused : List.of(others, missing)) {
        assertThat(refused.status()).as(refused.text()).isEqualTo(400);
        assertThat(refused.body().at("/errors/0/pointer").asText())
            .isEqualTo("/metadata/volumes/0/pvc_name");
        assertThat(refused.text()).contains("there is no claim");
      }
      red.stopAll();
    } finally {
      TestCluster.get()
          .client()
          .persistentVolumeClaims()
          .inNamespace(TestCluster.NAMESPACE)
          .withName(claim)
          .delete();
    }
  }

  @Test
  void claim_of_a_session_cannot_be_mounted_by_another() throws Exception {
    // Given
    try (Server server = Server.start(Settings.of(settings()), List.of())) {
      Api red = new Api(server.url(), RED);
      Answer owner = red.start(Map.of("storage", Map.of("size", "1Mi")));
      assertThat(owner.status()).as(owner.text()).isEqualTo(201);

      // When
      Answer other = red.start(request(owner.body().at("/storage/claim").asText()));

      // Then
      assertThat(other.status()).as(other.text()).isEqualTo(400);
      assertThat(other.text()).contains("belongs to another session");
      red.stopAll();
    }
  }

  private static void make(String name, Map<String, String> labels) {
    PersistentVolumeClaim claim =
        new PersistentVolumeClaimBuilder()
            .withNewMetadata()
            .withName(name)
            .withNamespace(TestCluster.NAMESPACE)
            .withLabels(labels)
            .endMetadata()
            .withNewSpec()
            .withAccessModes("ReadWriteOnce")
            .withNewResources()
            .addToRequests("storage", new Quantity("1Mi"))
            .endResources()
            .endSpec()
            .build();
    TestCluster.get().client().resource(claim).create();
  }

  private static Map<String, Object> request(String claim) {
    Map<String, String> volume = Map.of("name", "data", "mount_path", "/data", "pvc_name", claim);
    return Map.of(
        "profile",
        "hypha",
        "command",
        List.of("sleep", "600"),
        "metadata",
        Map.of("volumes", List.of(volume)));
  }

  private static Map<String, Object> script(String script) {
    return Map.of("script", script);
  }

  private static Map<String, String> settings() throws Exception {
    Path home = Files.createTempDirectory("caravanserai-volumes");
    String keys =
        """
        - {name: red, tenant: red, scopes: ['*'], key: %s}
        - {name: blue, tenant: blue, scopes: ['*'], key: %s}
        """
            .formatted(RED, BLUE);
    Path profiles = Files.createDirectory(home.resolve("profiles"));
    Files.writeString(profiles.resolve("hypha.yaml"), inTheTestsNamespace());
    Map<String, String> settings = TestServer.settings(home, keys);
    settings.put(Settings.PROFILE_FOLDER.key(), profiles.toString());
    return settings;
  }

  /** The shipped profile, but for the namespace. */
  private static String inTheTestsNamespace() throws Exception {
    try (InputStream in = VolumesIT.class.getResourceAsStream("/profiles/hypha.yaml")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .replace("namespace: ${settings.HYPHA_K8S_NAMESPACE}\n", "");
    }
  }
}
