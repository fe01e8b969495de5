package dev.caravanserai.local;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** {@code Status} objects as Kubernetes words them. */
final class Statuses {
  private Statuses() {}

  static ObjectNode failure(ApiError error) {
    return failure(error.code, error.reason, error.getMessage());
  }

  static ObjectNode failure(int code, String reason, String message) {
    return status("Failure").put("message", message).put("reason", reason).put("code", code);
  }

  static ObjectNode deleted(Kind kind, ObjectNode object) {
    ObjectNode status = status("Success");
    ObjectNode details = status.putObject("details").put("name", Json.name(object));
    details.put("group", kind.group).put("kind", kind.plural);
    details.put("uid", Json.text(object, "/metadata/uid"));
    return status;
  }

  /** What an exec ends with on its error channel. */
  static ObjectNode exited(int code) {
    if (code == 0) {
      return status("Success");
    }
    String message = "command terminated with non-zero exit code: exit status " + code;
    ObjectNode status = status("Failure").put("message", message).put("reason", "NonZeroExitCode");
    ObjectNode cause = status.putObject("details").putArray("causes").addObject();
    cause.put("reason", "ExitCode").put("message", Integer.toString(code));
    return status;
  }

  private static ObjectNode status(String outcome) {
    ObjectNode status = Json.object().put("kind", "Status").put("apiVersion", "v1");
    status.putObject("metadata");
    return status.put("status", outcome);
  }
}
