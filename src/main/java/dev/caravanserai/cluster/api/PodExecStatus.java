package dev.caravanserai.cluster.api;

import dev.caravanserai.cluster.ContainerRef;
import dev.caravanserai.cluster.ExecEnd;
import dev.caravanserai.session.Failure;
import dev.caravanserai.session.FailureCode;
import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.api.model.StatusCause;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Reads the status that the cluster sends at the end, or at the refusal, of an exec. */
final class PodExecStatus {
  private PodExecStatus() {}

  /** The end that a message of the status channel reports (metav1.Status as JSON). */
  static ExecEnd read(ContainerRef container, byte[] json, KubernetesSerialization serialization) {
    String text = new String(json, StandardCharsets.UTF_8);
    Optional<Status> parsed = parse(text, serialization);
    if (parsed.isEmpty()) {
      return new ExecEnd.Lost(
          Failure.of(
              FailureCode.CONNECTION_LOST,
              "The end of a command in "
                  + container
                  + " is unknown: the cluster sent the status \""
                  + text.strip()
                  + "\", which is no Status. Look whether a proxy changes the connection."));
    }
    Status status = parsed.get();
    if ("Success".equals(status.getStatus())) {
      return new ExecEnd.Exited(0);
    }
    return exitCode(status)
        .<ExecEnd>map(ExecEnd.Exited::new)
        .orElseGet(() -> new ExecEnd.Refused(refusal(container, status)));
  }

  /** Why the API server did not switch to a WebSocket. */
  static Failure refusedHandshake(
      ContainerRef container, int http, String body, KubernetesSerialization serialization) {
    Status status =
        parse(body, serialization)
            .orElseGet(
                () -> {
                  Status plain = new Status();
                  plain.setMessage(body.strip());
                  return plain;
                });
    if (status.getCode() == null) {
      status.setCode(http);
    }
    return refusal(container, status);
  }

  private static Optional<Status> parse(String text, KubernetesSerialization serialization) {
    try {
      return Optional.ofNullable(serialization.unmarshal(text, Status.class))
          .filter(status -> status.getStatus() != null || status.getMessage() != null);
    } catch (RuntimeException noStatus) {
      return Optional.empty();
    }
  }

  private static Optional<Integer> exitCode(Status status) {
    if (!"NonZeroExitCode".equals(status.getReason()) || status.getDetails() == null) {
      return Optional.empty();
    }
    List<StatusCause> causes =
        Optional.ofNullable(status.getDetails().getCauses()).orElse(List.of());
    return causes.stream()
        .filter(cause -> "ExitCode".equals(cause.getReason()))
        .map(StatusCause::getMessage)
        .filter(text -> text != null && text.matches("-?\\d{1,9}"))
        .map(Integer::valueOf)
        .findFirst();
  }

  private static Failure refusal(ContainerRef container, Status status) {
    String words =
        Optional.ofNullable(status.getMessage())
            .filter(message -> !message.isBlank())
            .orElse("HTTP " + status.getCode());
    FailureCode code = code(Optional.ofNullable(status.getCode()).orElse(0), words);
    return Failure.of(
        code, "Exec in " + container + " was refused: " + words + next(code), status.getReason());
  }

  private static FailureCode code(int http, String words) {
    String lower = words.toLowerCase(Locale.ROOT);
    if (http == 401 || http == 403) {
      return FailureCode.FORBIDDEN;
    } else if (http == 404 || lower.contains("container not found")) {
      return FailureCode.NOT_FOUND;
    } else if (http == 429) {
      return FailureCode.LIMIT_REACHED;
    } else if (lower.contains("not running")
        || lower.contains("stopped container")
        || lower.contains("does not have a host assigned")
        || lower.contains("completed pod")) {
      return FailureCode.CONFLICT;
    } else if (noSuchContainer(words)) {
      return FailureCode.NOT_FOUND;
    } else if (lower.contains("error dialing backend")
        || http == 502
        || http == 503
        || http == 504) {
      return FailureCode.CLUSTER_UNREACHABLE;
    }
    return FailureCode.CONFIG_ERROR;
  }

  /** Whether this is the message of API servers, with a 400, for exec and logs. */
  static boolean noSuchContainer(String words) {
    return words.contains("is not valid for pod");
  }

  private static String next(FailureCode code) {
    return switch (code) {
      case FORBIDDEN ->
          ". Give the service account the verbs get and create on pods/exec, and a valid token.";
      case NOT_FOUND -> ". Ask for the session to see whether its pod and container still exist.";
      case CONFLICT -> ". Wait until the container runs.";
      case LIMIT_REACHED, CLUSTER_UNREACHABLE -> ". Try again later.";
      default -> ".";
    };
  }
}
