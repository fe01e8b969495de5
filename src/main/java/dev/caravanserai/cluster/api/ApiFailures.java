package dev.caravanserai.cluster.api;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravanserai.session.Failure;
import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.FailureException;
import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.api.model.StatusCause;
import io.fabric8.kubernetes.api.model.StatusDetails;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What an API server's refusal means, with the next step. The HTTP status and the fields of the
 * {@code Status} object decide (Kubernetes API conventions, "Response Status Kind"), and its
 * message is passed on. A response without one comes from something else, such as a proxy, and says
 * nothing about the cluster.
 */
final class ApiFailures {
  private static final String POST = "POST";
  private static final String RENEW =
      "The token or certificate of the kubeconfig or service account is wrong or has expired. Renew"
          + " it; the server takes the new one by itself.";
  private static final String BETWEEN =
      "Check the address of the API server and any proxy before it, and try again.";

  /** What these say about an object counts only if the API server itself says it. */
  private static final Set<Integer> OF_AN_OBJECT = Set.of(403, 404, 409);

  private static final String GRANT =
      "Give this server's user that right, or choose a namespace where it has it.";
  private static final String ADMISSION =
      "This is a rule of the cluster (a quota, a LimitRange, a policy or a webhook), or something"
          + " that the object names does not exist. Change the request or the profile to fit, or"
          + " have the cluster's administrator change the rule or create what is missing.";

  /**
   * What etcd says of an object above its request limit (--max-request-bytes, 1.5 MiB), and its
   * client in the API server of one above 2 MiB.
   */
  private static final Pattern TOO_LARGE =
      Pattern.compile("request is too large|trying to send message larger than max");

  private static final int QUOTED = 300;

  private ApiFailures() {}

  /** The {@code Status} object that a response consists of; empty if it is anything else. */
  static Optional<Status> status(KubernetesSerialization serialization, String body) {
    try {
      return Optional.ofNullable(serialization.unmarshal(body, JsonNode.class))
          .filter(json -> "Status".equals(json.path("kind").asText()))
          .map(json -> serialization.convertValue(json, Status.class));
    } catch (RuntimeException noJson) {
      return Optional.empty();
    }
  }

  /** A response that is not successful, as an exception. */
  static KubernetesClientException refusal(
      KubernetesSerialization serialization, HttpResponse<?> response, String body) {
    Status status = status(serialization, body).orElse(null);
    String words =
        status != null && status.getMessage() != null
            ? status.getMessage()
            : "HTTP %d %s".formatted(response.code(), quoted(body)).strip();
    return new KubernetesClientException(words, response.code(), status);
  }

  /** The first line or so of a body, but nothing of an object, which may be another tenant's. */
  static String quoted(String body) {
    if (body.contains("\"apiVersion\"")) {
      return "it has another object";
    }
    String text = body.strip();
    return text.length() > QUOTED ? text.substring(0, QUOTED) + "…" : text;
  }

  /** As {@link #of(Throwable, String, String)}, for requests that create nothing. */
  static FailureException of(Throwable thrown, String action) {
    return of(thrown, action, "GET");
  }

  /**
   * @param thrown a {@link KubernetesClientException} if the API server refused
   * @param action that failed, such as {@code Creating Pod a/b}
   * @param method of the HTTP request
   */
  static FailureException of(Throwable thrown, String action, String method) {
    if (thrown instanceof FailureException failure) {
      return failure;
    }
    if (thrown instanceof KubernetesClientException refusal && refusal.getCode() > 0) {
      if (refusal.getStatus() == null && OF_AN_OBJECT.contains(refusal.getCode())) {
        return foreign(action, refusal.getMessage(), refusal);
      }
      Status status = Optional.ofNullable(refusal.getStatus()).orElseGet(Status::new);
      String words = Optional.ofNullable(status.getMessage()).orElse(refusal.getMessage());
      Meaning meaning = meaning(refusal.getCode(), status, method);
      return new FailureException(
          Failure.of(
              meaning.code(),
              "%s failed: %s. %s".formatted(action, words, meaning.next()),
              status.getReason()),
          refusal);
    }
    String words = Optional.ofNullable(thrown.getMessage()).orElse(thrown.getClass().getName());
    return new FailureException(
        Failure.of(
            FailureCode.CLUSTER_UNREACHABLE,
            "%s failed: the API server did not answer: %s. Check that it is up and can be reached from here, and try again."
                .formatted(action, words)),
        thrown);
  }

  /** The response does not come from an API server. */
  static FailureException foreign(String action, String words, Throwable cause) {
    return new FailureException(
        Failure.of(
            FailureCode.CLUSTER_UNREACHABLE,
            "%s failed: the response is not that of a Kubernetes API server to this request: %s. %s"
                .formatted(action, words, BETWEEN)),
        cause);
  }

  private record Meaning(FailureCode code, String next) {}

  private static Meaning meaning(int httpStatus, Status status, String method) {
    return switch (httpStatus) {
      case 401 -> new Meaning(FailureCode.FORBIDDEN, RENEW);
      case 403 -> forbidden(status, method);
      case 404 -> method.equals(POST) ? missing(status) : notFound(status);
      case 409 -> conflict(status, method);
      case 400, 413, 415, 422 ->
          new Meaning(
              FailureCode.CONFIG_ERROR,
              "Correct the request or the profile" + fields(status) + ".");
      default ->
          TOO_LARGE.matcher(String.valueOf(status.getMessage())).find()
              ? new Meaning(FailureCode.CONFIG_ERROR, "Make the request smaller.")
              : new Meaning(
                  FailureCode.CLUSTER_UNREACHABLE, "Try again when the cluster has recovered.");
    };
  }

  /** A create that conflicts with a change of another object, such as a quota, may be repeated. */
  private static Meaning conflict(Status status, String method) {
    return switch (String.valueOf(status.getReason())) {
      case "AlreadyExists" ->
          new Meaning(
              FailureCode.CONFLICT, "Choose another id, or wait until that object is gone.");
      case "Conflict" ->
          method.equals(POST)
              ? new Meaning(FailureCode.CLUSTER_UNREACHABLE, "Try again.")
              : new Meaning(FailureCode.CONFLICT, "Read the object and try again.");
      default -> new Meaning(FailureCode.CONFIG_ERROR, ADMISSION);
    };
  }

  /**
   * Authorization comes before the object is read, so its refusal of a creation names the kind and
   * no object; one by admission names the object, and one by a webhook may have no details.
   */
  private static Meaning forbidden(Status status, String method) {
    StatusDetails details = status.getDetails();
    boolean admission = details == null || details.getName() != null;
    if (!method.equals(POST) || !admission) {
      return new Meaning(FailureCode.FORBIDDEN, GRANT);
    }
    if (causes(status).anyMatch(cause -> "NamespaceTerminating".equals(cause.getReason()))) {
      return new Meaning(
          FailureCode.CONFIG_ERROR,
          "Choose another namespace, or create this one again when its deletion has ended.");
    }
    return quota(status)
        ? new Meaning(
            FailureCode.QUOTA_EXCEEDED,
            "Stop other sessions, ask for less, or have the cluster's administrator raise the quota.")
        : new Meaning(FailureCode.CONFIG_ERROR, ADMISSION);
  }

  /**
   * The quota plugin gives no cause, only a message of fixed form; a webhook's message cannot begin
   * so. Source: k8s.io/apiserver, pkg/admission/plugin/resourcequota/controller.go.
   */
  private static boolean quota(Status status) {
    StatusDetails details = status.getDetails();
    return details != null
        && String.valueOf(status.getMessage())
            .startsWith(
                "%s \"%s\" is forbidden: exceeded quota: "
                    .formatted(details.getKind(), details.getName()));
  }

  private static Meaning missing(Status status) {
    boolean namespace =
        status.getDetails() != null && "namespaces".equals(status.getDetails().getKind());
    return new Meaning(
        FailureCode.CONFIG_ERROR,
        namespace
            ? "Create the namespace, or choose another."
            : "The cluster does not have this kind: install its CustomResourceDefinition, or correct the profile.");
  }

  private static Meaning notFound(Status status) {
    StatusDetails details = status.getDetails();
    return details == null || details.getName() == null
        ? new Meaning(FailureCode.CLUSTER_UNREACHABLE, BETWEEN)
        : new Meaning(FailureCode.NOT_FOUND, "Check that the namespace and the object exist.");
  }

  private static String fields(Status status) {
    String fields =
        causes(status)
            .map(StatusCause::getField)
            .filter(field -> field != null && !field.isEmpty())
            .distinct()
            .collect(Collectors.joining(", "));
    return fields.isEmpty() ? "" : ": " + fields;
  }

  private static Stream<StatusCause> causes(Status status) {
    return Optional.ofNullable(status.getDetails()).map(StatusDetails::getCauses).stream()
        .flatMap(List::stream);
  }
}
