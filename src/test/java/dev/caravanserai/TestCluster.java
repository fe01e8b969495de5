package dev.caravanserai;

import dev.caravanserai.cluster.api.ApiConnection;
import dev.caravanserai.local.LocalCluster;
import dev.caravanserai.session.Annotations;
import dev.caravanserai.session.Names;
import dev.caravanserai.session.SessionSpec;
import dev.caravanserai.wire.Passage;
import dev.caravanserai.wire.Relay;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * The cluster of the integration tests, one for the whole run: a local cluster, or with {@code
 * -Pcluster} that of KUBECONFIG.
 */
final class TestCluster {
  /** The namespace of the tests. */
  static final String NAMESPACE = "sessions";

  /** Another one, on the local cluster only. */
  static final String OTHER = "other";

  private static final TestCluster INSTANCE = make();

  private final Path kubeconfig;
  private final KubernetesClient client;

  private TestCluster(Path kubeconfig) {
    this.kubeconfig = kubeconfig;
    this.client = new ApiConnection(Optional.of(kubeconfig), Optional.empty()).connect(Map.of());
  }

  static TestCluster get() {
    return INSTANCE;
  }

  static boolean real() {
    return "api".equals(System.getProperty("caravanserai.it.cluster", "local"));
  }

  private static TestCluster make() {
    if (real()) {
      String file = System.getenv("KUBECONFIG");
      Assumptions.assumeTrue(file != null, "needs KUBECONFIG for -Pcluster");
      return new TestCluster(Path.of(file));
    }
    try {
      Path home = Files.createTempDirectory("caravanserai-it");
      LocalCluster local = LocalCluster.start(0, home, Set.of(NAMESPACE, OTHER));
      Runtime.getRuntime().addShutdownHook(new Thread(local::close));
      return new TestCluster(local.kubeconfig());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Path kubeconfig() {
    return kubeconfig;
  }

  KubernetesClient client() {
    return client;
  }

  /** Makes a folder with a profile whose sessions run in {@link #NAMESPACE}. */
  static Path profileOfNamespace(Path home) throws IOException {
    Path folder = Files.createDirectories(home.resolve("profiles"));
    Files.writeString(
        folder.resolve("naming.yaml"),
        Files.readString(Path.of("src/test/profiles/naming.yaml"))
            + "namespace: "
            + NAMESPACE
            + "\n");
    return folder;
  }

  /** A relay to the API server that accepts plain HTTP. */
  Relay relay(Supplier<Passage> passages) throws IOException, GeneralSecurityException {
    return Relay.to(client.getConfiguration(), passages);
  }

  /** A kubeconfig for a relay. */
  Path kubeconfig(Relay relay, Path folder) throws IOException {
    Config config = client.getConfiguration();
    String token = Optional.ofNullable(config.getOauthToken()).orElseGet(config::getAutoOAuthToken);
    return Files.writeString(
        folder.resolve("relay.kubeconfig"),
        """
        apiVersion: v1
        kind: Config
        current-context: relay
        clusters: [{name: relay, cluster: {server: 'http://127.0.0.1:%d'}}]
        users: [{name: relay, user: {token: '%s'}}]
        contexts: [{name: relay, context: {cluster: relay, user: relay}}]
        """
            .formatted(relay.port(), token));
  }

  /** Changes the expiry time of a session of the default tenant. */
  void expire(String id, Instant at) {
    annotate(anchor(id), Annotations.EXPIRES_AT, at.toString());
  }

  /** The anchor of a session of the default tenant. */
  Resource<ConfigMap> anchor(String id) {
    return client
        .configMaps()
        .inNamespace(NAMESPACE)
        .withName(Names.anchor(SessionSpec.DEFAULT_TENANT, id));
  }

  static void annotate(Resource<?> object, String key, String value) {
    object.patch(
        PatchContext.of(PatchType.JSON_MERGE),
        "{\"metadata\":{\"annotations\":{\"%s\":\"%s\"}}}".formatted(key, value));
  }

  /** All objects that sessions could leave behind. */
  Set<String> objects() {
    return Stream.of(
            client.pods().inNamespace(NAMESPACE).list().getItems(),
            client.configMaps().inNamespace(NAMESPACE).list().getItems(),
            client.secrets().inNamespace(NAMESPACE).list().getItems(),
            client.services().inNamespace(NAMESPACE).list().getItems(),
            client.persistentVolumeClaims().inNamespace(NAMESPACE).list().getItems())
        .flatMap(List::stream)
        .map(o -> (HasMetadata) o)
        .map(o -> o.getKind() + "/" + o.getMetadata().getName())
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
