package dev.caravanserai.local;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** {@code Status} objects as Kubernetes words them. */
final class Statuses {
  private Statuses() {}

  static ObjectNode failure(ApiError error) {
    return failure(error.code, error.reason, error.getMessage());
  }

  static ObjectNode failure(int code, String reason, String message) {
    ObjectNode status = status("Failure");
    return status.put("message", message).put("reason", reason).put("code", code);
  }

  static ObjectNode success() {
    return status("Success");
  }

  static ObjectNode deleted(Kind kind, ObjectNode object) {
    ObjectNode status = success();
    status
        .putObject("details")
        .put("name", object.at("/metadata/name").asText())
        .put("group", kind.group)
        .put("kind", kind.plural)
        .put("uid", object.at("/metadata/uid").asText());
    return status;
  }

  /** What an exec ends with on its error channel. */
  static ObjectNode exited(int code) {
    if (code == 0) {
      return success();
    }
    ObjectNode status = status("Failure");
    status
        .put("message", "command terminated with non-zero exit code: exit status " + code)
        .put("reason", "NonZeroExitCode");
    status
        .putObject("details")
        .putArray("causes")
        .addObject()
        .put("reason", "ExitCode")
        .put("message", Integer.toString(code));
    return status;
  }

  private static ObjectNode status(String outcome) {
    ObjectNode status = JsonNodeFactory.instance.objectNode();
    status.put("kind", "Status").put("apiVersion", "v1").putObject("metadata");
    return status.put("status", outcome);
  }
}
