package dev.caravanserai.cluster.api;

import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.FailureException;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * How an API server is reached: with the credentials of the pod this runs in, else with a
 * kubeconfig. TLS is verified; tokens are read again when they change.
 *
 * @param kubeconfig used before all else where it is given
 * @param context of the kubeconfig; empty for its current one
 */
public record ApiConnection(Optional<Path> kubeconfig, Optional<String> context) {
  private static final Path SERVICE_ACCOUNT =
      Path.of("/var/run/secrets/kubernetes.io/serviceaccount");
  private static final int CONNECT_MS = 5_000;
  private static final int REQUEST_MS = 15_000;
  private static final int RETRIES = 3;

  /**
   * @param environment where {@code KUBECONFIG} and {@code KUBERNETES_SERVICE_HOST} are looked up
   * @throws FailureException CONFIG_ERROR when there are no credentials
   */
  public KubernetesClient connect(Map<String, String> environment) {
    Config config =
        new ConfigBuilder(base(environment))
            .withConnectionTimeout(CONNECT_MS)
            .withRequestTimeout(REQUEST_MS)
            .withRequestRetryBackoffLimit(RETRIES)
            .withWatchReconnectInterval(500)
            .build();
    return new KubernetesClientBuilder().withConfig(config).build();
  }

  private Config base(Map<String, String> environment) {
    String host = environment.get("KUBERNETES_SERVICE_HOST");
    if (kubeconfig.isEmpty() && host != null && Files.exists(SERVICE_ACCOUNT.resolve("token"))) {
      return inCluster(host, environment.getOrDefault("KUBERNETES_SERVICE_PORT", "443"));
    }
    Path file =
        kubeconfig
            .or(() -> Optional.ofNullable(environment.get("KUBECONFIG")).map(Path::of))
            .orElse(Path.of(System.getProperty("user.home"), ".kube", "config"));
    if (!Files.isReadable(file)) {
      throw FailureException.of(
          FailureCode.CONFIG_ERROR,
          "Kubernetes configuration not found: there is no readable kubeconfig at "
              + file
              + ", and this is no pod. Set KUBECONFIG or caravanserai.cluster.kubeconfig.");
    }
    Config config = Config.fromKubeconfig(file.toFile());
    return context.isEmpty() ? config : inContext(config, context.get(), file);
  }

  private static Config inContext(Config config, String context, Path file) {
    if (config.getContexts().stream().noneMatch(c -> context.equals(c.getName()))) {
      throw FailureException.of(
          FailureCode.CONFIG_ERROR,
          "The kubeconfig %s has no context %s. Correct caravanserai.cluster.context."
              .formatted(file, context));
    }
    return Config.fromKubeconfig(context, file.toFile());
  }

  private static Config inCluster(String host, String port) {
    String address = host.contains(":") ? "[" + host + "]" : host;
    return new ConfigBuilder(Config.empty())
        .withMasterUrl("https://" + address + ":" + port)
        .withCaCertFile(SERVICE_ACCOUNT.resolve("ca.crt").toString())
        .withOauthTokenProvider(() -> read(SERVICE_ACCOUNT.resolve("token")).strip())
        .withNamespace(read(SERVICE_ACCOUNT.resolve("namespace")).strip())
        .build();
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
