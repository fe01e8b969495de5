package dev.caravanserai.cluster.api;

import dev.caravanserai.session.Failure;
import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.FailureException;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.Optional;

/** What an API server's refusal means, in its own words and with the next step. */
final class ApiFailures {
  private static final String RENEW =
      "The token or certificate of the kubeconfig or service account is wrong or has expired. Renew"
          + " it; the server takes the new one by itself.";

  private ApiFailures() {}

  static FailureException of(Throwable thrown, String action) {
    if (thrown instanceof FailureException failure) {
      return failure;
    }
    if (thrown instanceof KubernetesClientException refusal && refusal.getCode() > 0) {
      return new FailureException(refused(refusal, action), refusal);
    }
    String words = Optional.ofNullable(thrown.getMessage()).orElse(thrown.getClass().getName());
    return new FailureException(
        Failure.of(
            FailureCode.CLUSTER_UNREACHABLE,
            action
                + " failed: the API server did not answer: "
                + words
                + ". Check that it is up and can be reached from here, and try again."),
        thrown);
  }

  private static Failure refused(KubernetesClientException refusal, String action) {
    String words =
        Optional.ofNullable(refusal.getStatus())
            .map(s -> s.getMessage())
            .orElse(refusal.getMessage());
    String reason = Optional.ofNullable(refusal.getStatus()).map(s -> s.getReason()).orElse(null);
    FailureCode code = code(refusal.getCode(), String.valueOf(words));
    String next = refusal.getCode() == 401 ? RENEW : nextStep(code);
    return Failure.of(code, action + " failed: " + words + ". " + next, reason);
  }

  private static FailureCode code(int status, String words) {
    return switch (status) {
      case 401 -> FailureCode.FORBIDDEN;
      case 403 ->
          words.contains("exceeded quota") ? FailureCode.QUOTA_EXCEEDED : FailureCode.FORBIDDEN;
      case 404 -> FailureCode.NOT_FOUND;
      case 409 -> FailureCode.CONFLICT;
      case 400, 413, 415, 422 -> FailureCode.CONFIG_ERROR;
      default -> FailureCode.CLUSTER_UNREACHABLE;
    };
  }

  private static String nextStep(FailureCode code) {
    return switch (code) {
      case FORBIDDEN ->
          "Give this server's user that right, or choose a namespace where it has it.";
      case QUOTA_EXCEEDED -> "Stop other sessions, ask for less, or raise the quota.";
      case NOT_FOUND -> "Check that the namespace exists.";
      case CONFLICT -> "Choose another id, or wait until the former object is gone.";
      case CONFIG_ERROR -> "Correct the request or the profile.";
      default -> "Try again when the cluster is well.";
    };
  }
}
