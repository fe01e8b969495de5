package dev.caravanserai.cluster.api;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravanserai.session.Causes;
import dev.caravanserai.session.Failure;
import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.FailureException;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.api.model.authorization.v1.SelfSubjectAccessReview;
import io.fabric8.kubernetes.api.model.authorization.v1.SelfSubjectAccessReviewBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.RequestConfigBuilder;
import io.fabric8.kubernetes.client.http.HttpClient;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/**
 * The self-test at the start: asks the API server, with SelfSubjectAccessReviews, whether the
 * server's user may do all that sessions need. Thread-safe.
 */
public final class AccessCheck {
  private static final String PATH = "apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
  private static final int TIMEOUT_SECONDS = 10;

  /** More connections would cost a TLS handshake each and take longer. */
  private static final int AT_ONCE = 4;

  private final String url;
  private final HttpClient http;
  private final KubernetesSerialization serialization;

  /**
   * @param client stays the caller's to close
   */
  public AccessCheck(KubernetesClient client) {
    this.url = client.getMasterUrl().toString();
    this.serialization = client.getKubernetesSerialization();
    this.http =
        client
            .newClient(
                new RequestConfigBuilder()
                    .withRequestTimeout((int) TimeUnit.SECONDS.toMillis(TIMEOUT_SECONDS))
                    .withRequestRetryBackoffLimit(1)
                    .withRequestRetryBackoffInterval(100)
                    .build())
            .getHttpClient();
  }

  /**
   * Asks for every right and waits, 11 s at most, for every answer.
   *
   * @param kinds of objects that the profiles of the namespace create
   * @throws FailureException {@code CLUSTER_UNREACHABLE} if the API server does not answer, {@code
   *     FORBIDDEN} if it refuses the credentials or the question: only what it explicitly allows
   *     counts as allowed
   */
  public AccessReport check(String namespace, Collection<Class<? extends HasMetadata>> kinds) {
    var needed = Access.needed(kinds);
    var answers = new ArrayList<CompletableFuture<HttpResponse<String>>>();
    for (int i = 0; i < needed.size(); i++) {
      var access = needed.get(i);
      answers.add(
          i < AT_ONCE
              ? ask(namespace, access)
              : answers.get(i - AT_ONCE).thenCompose(answer -> ask(namespace, access)));
    }
    var missing = new ArrayList<Access>();
    try {
      CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new))
          .get(TIMEOUT_SECONDS + 1L, TimeUnit.SECONDS);
      for (int i = 0; i < needed.size(); i++) {
        if (!allowed(answers.get(i).join())) {
          missing.add(needed.get(i));
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw unreachable(e);
    } catch (ExecutionException | TimeoutException e) {
      throw unreachable(e);
    }
    return new AccessReport(url, namespace, missing);
  }

  private CompletableFuture<HttpResponse<String>> ask(String namespace, Access access) {
    var resource = access.resource().split("/", 2);
    SelfSubjectAccessReview review =
        new SelfSubjectAccessReviewBuilder()
            .withNewSpec()
            .withNewResourceAttributes()
            .withNamespace(namespace)
            .withGroup(access.group())
            .withResource(resource[0])
            .withSubresource(resource.length > 1 ? resource[1] : null)
            .withVerb(access.verb())
            .endResourceAttributes()
            .endSpec()
            .build();
    var request =
        http.newHttpRequestBuilder()
            .uri(url + PATH)
            .post("application/json", Serialization.asJson(review))
            .build();
    return http.sendAsync(request, String.class);
  }

  private boolean allowed(HttpResponse<String> response) {
    if (response.code() == 401) {
      throw FailureException.of(
          FailureCode.FORBIDDEN,
          ("The API server %s refused the server's credentials (401): the token or certificate of the"
                  + " kubeconfig or service account is wrong or has expired.")
              .formatted(url));
    }
    if (!response.isSuccessful()) {
      throw new FailureException(
          Failure.of(
              response.code() >= 500 ? FailureCode.CLUSTER_UNREACHABLE : FailureCode.FORBIDDEN,
              ("The API server %s did not say what is allowed: HTTP %d %s. The server's user must be"
                      + " able to create selfsubjectaccessreviews (the ClusterRole system:basic-user"
                      + " has it).")
                  .formatted(
                      url,
                      response.code(),
                      ApiFailures.status(serialization, response.body())
                          .map(Status::getMessage)
                          .orElse(""))));
    }
    return json(response.body()).path("status").path("allowed").asBoolean(false);
  }

  private static JsonNode json(String body) {
    return Serialization.unmarshal(body, JsonNode.class);
  }

  private static boolean untrusted(Throwable problem) {
    return causes(problem)
        .anyMatch(e -> e instanceof CertificateException || e instanceof CertPathBuilderException);
  }

  /** The message of the innermost cause, which is the most specific. */
  private static String words(Throwable problem) {
    return causes(problem).reduce((outer, inner) -> inner).map(Throwable::getMessage).orElse("");
  }

  private static Stream<Throwable> causes(Throwable problem) {
    return Stream.iterate(problem, Objects::nonNull, Throwable::getCause).limit(20);
  }

  private FailureException unreachable(Throwable problem) {
    Throwable cause = Causes.of(problem);
    if (untrusted(cause)) {
      return new FailureException(
          Failure.of(
              FailureCode.CLUSTER_UNREACHABLE,
              ("The API server %s is not the expected one, or its certificate has changed (%s): the"
                      + " certificate was not issued by the authority in the kubeconfig's"
                      + " certificate-authority-data or the service account's ca.crt, or not for this"
                      + " address. Get the kubeconfig from the cluster again, or correct its server;"
                      + " nothing was sent.")
                  .formatted(url, words(cause))),
          cause);
    }
    return new FailureException(
        Failure.of(
            FailureCode.CLUSTER_UNREACHABLE,
            ("The API server %s cannot be reached (%s): check that it runs, that caravanserai.cluster"
                    + ".kubeconfig, KUBECONFIG and caravanserai.cluster.context name the right one,"
                    + " and that no proxy or firewall is between.")
                .formatted(url, cause)),
        cause);
  }
}
