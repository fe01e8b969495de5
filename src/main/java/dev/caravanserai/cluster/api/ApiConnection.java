package dev.caravanserai.cluster.api;

import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.FailureException;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * How an API server is reached: with the credentials of the pod this runs in, else with a
 * kubeconfig. TLS is verified; tokens are read again when they change.
 *
 * @param kubeconfig takes precedence if it is given
 * @param context of the kubeconfig; empty for its current one
 * @param serviceAccount folder of a pod's own {@code token}, {@code ca.crt} and {@code namespace}
 */
public record ApiConnection(
    Optional<Path> kubeconfig, Optional<String> context, Path serviceAccount) {
  private static final Path SERVICE_ACCOUNT =
      Path.of("/var/run/secrets/kubernetes.io/serviceaccount");
  private static final int CONNECT_MS = 5_000;
  private static final int REQUEST_MS = 15_000;
  private static final int RETRIES = 3;

  /** With the folder that Kubernetes mounts into every pod that may talk to it. */
  public ApiConnection(Optional<Path> kubeconfig, Optional<String> context) {
    this(kubeconfig, context, SERVICE_ACCOUNT);
  }

  /**
   * Sends no request yet. Every request reads a service account's token anew; that of a kubeconfig
   * is read again, and a credential plugin asked again, when the API server refuses the old one.
   *
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
    try {
      return new KubernetesClientBuilder()
          .withConfig(config)
          .withHttpClientBuilderConsumer(RetryAfter::obeyedBy)
          .build();
    } catch (KubernetesClientException e) {
      String why = e.getCause() == null ? e.getMessage() : e.getCause().getMessage();
      throw FailureException.of(
          FailureCode.CONFIG_ERROR,
          ("The certificates or the client key for %s cannot be used (%s). Give them as PEM; the key"
                  + " as RSA, or as EC that begins with BEGIN EC PRIVATE KEY.")
              .formatted(config.getMasterUrl(), why));
    }
  }

  private Config base(Map<String, String> environment) {
    String host = environment.get("KUBERNETES_SERVICE_HOST");
    if (kubeconfig.isEmpty() && host != null && Files.exists(serviceAccount.resolve("token"))) {
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
    try {
      Config config = Config.fromKubeconfig(file.toFile());
      Config meant = context.isEmpty() ? config : inContext(config, context.get(), file);
      URI.create(meant.getMasterUrl());
      return withTokenFile(meant, file);
    } catch (FailureException e) {
      throw e;
    } catch (RuntimeException e) { // thrown by the client for any mistake in the file
      throw FailureException.of(
          FailureCode.CONFIG_ERROR,
          ("The kubeconfig %s cannot be used (%s). Correct it, or name another one with KUBECONFIG or"
                  + " caravanserai.cluster.kubeconfig.")
              .formatted(file, String.valueOf(e.getMessage()).lines().findFirst().orElse("")));
    }
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

  /** The client does not know {@code tokenFile}; kubectl reads it anew for every command. */
  private static Config withTokenFile(Config config, Path kubeconfig) {
    if (config.getCurrentContext() != null) {
      String user = config.getCurrentContext().getContext().getUser();
      Serialization.unmarshal(read(kubeconfig), io.fabric8.kubernetes.api.model.Config.class)
          .getUsers()
          .stream()
          .filter(one -> one.getName().equals(user) && one.getUser() != null)
          .map(one -> one.getUser().getTokenFile())
          .filter(file -> file != null && !file.isEmpty())
          .findFirst()
          .map(kubeconfig.toAbsolutePath()::resolveSibling)
          .ifPresent(file -> config.setOauthTokenProvider(() -> token(file)));
    }
    return config;
  }

  private Config inCluster(String host, String port) {
    String address = host.contains(":") ? "[" + host + "]" : host;
    read(serviceAccount.resolve("ca.crt"));
    return new ConfigBuilder(Config.empty())
        .withMasterUrl("https://" + address + ":" + port)
        .withCaCertFile(serviceAccount.resolve("ca.crt").toString())
        .withOauthTokenProvider(() -> token(serviceAccount.resolve("token")))
        .withNamespace(read(serviceAccount.resolve("namespace")))
        .build();
  }

  /** A token that is missing while the server runs is not a mistake of the caller. */
  private static String token(Path file) {
    try {
      return read(file);
    } catch (FailureException unreadable) {
      throw FailureException.of(FailureCode.CLUSTER_UNREACHABLE, unreadable.failure().message());
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file).strip();
    } catch (IOException e) {
      throw FailureException.of(
          FailureCode.CONFIG_ERROR,
          ("The credentials cannot be used: %s cannot be read (%s). Make it readable: in a pod mount"
                  + " the whole service account, or name another kubeconfig with"
                  + " caravanserai.cluster.kubeconfig.")
              .formatted(file, e));
    }
  }
}
