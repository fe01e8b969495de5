package dev.caravanserai.local;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;

/** SelfSubjectAccessReview: the one token may do all that is served. */
final class AccessReview {
  private static final Set<String> VERBS =
      Set.of("get", "list", "watch", "create", "update", "patch", "delete", "deletecollection");

  private AccessReview() {}

  static ObjectNode answer(ObjectNode review, ObjectStore store) {
    JsonNode asked = review.at("/spec/resourceAttributes");
    if (!asked.isObject()) {
      throw new ApiError(
          422, "Invalid", "spec.resourceAttributes: Required value: only resources are reviewed");
    }
    Optional<Kind> kind =
        Arrays.stream(Kind.values())
            .filter(k -> k.plural.equals(asked.path("resource").asText()))
            .filter(k -> k.group.equals(asked.path("group").asText("")))
            .findFirst();
    String namespace = asked.path("namespace").asText("");
    String verb = asked.path("verb").asText();
    boolean there = namespace.isEmpty() || store.get(Kind.NAMESPACE, "", namespace).isPresent();
    boolean allowed =
        there
            && kind.filter(k -> subresource(k, asked.path("subresource").asText(""), verb))
                .isPresent();
    ObjectNode answer = review.deepCopy();
    ObjectNode status = answer.putObject("status").put("allowed", allowed);
    if (!allowed) {
      status.put("reason", "the local cluster does not serve this");
    }
    return answer;
  }

  private static boolean subresource(Kind kind, String name, String verb) {
    return switch (name) {
      case "" -> VERBS.contains(verb);
      case "status" -> Set.of("get", "update", "patch").contains(verb);
      case "log" -> kind == Kind.POD && verb.equals("get");
      case "exec" -> kind == Kind.POD && Set.of("get", "create").contains(verb);
      default -> false;
    };
  }
}
