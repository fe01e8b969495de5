package dev.caravanserai.local;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What the server tells of itself: version, groups, resources, rights, and an OpenAPI that allows
 * any field (the server does not check for unknown ones).
 */
final class Discovery {
  static final String ACCESS_REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
  static final String OPENAPI_V2 = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";
  private static final String REVIEWS_GROUP = "authorization.k8s.io";
  private static final List<String> GROUPS =
      Stream.concat(Arrays.stream(Kind.values()).map(k -> k.group), Stream.of(REVIEWS_GROUP))
          .filter(group -> !group.isEmpty())
          .distinct()
          .toList();
  private static final Pattern OF_GROUP =
      Pattern.compile("GET (/openapi/v3)?/(api|apis/([^/]+))(/v1)?");
  private static final List<String> VERBS =
      List.of("get", "list", "watch", "create", "update", "patch", "delete", "deletecollection");

  private Discovery() {}

  /**
   * @param call method and path
   */
  static Optional<ObjectNode> document(String call) {
    ObjectNode node = Json.object();
    switch (call) {
      case "GET /version" ->
          node.put("major", "1").put("minor", "32").put("gitVersion", "v1.32.0+caravanserai-local");
      case "GET /api" -> node.put("kind", "APIVersions").putArray("versions").add("v1");
      case "GET /apis" -> {
        node.put("kind", "APIGroupList").put("apiVersion", "v1");
        GROUPS.forEach(name -> group(name, node.withArray("/groups").addObject()));
      }
      case "GET /openapi/v3" -> {
        ObjectNode paths = node.putObject("paths");
        paths.putObject("api/v1").put("serverRelativeURL", "/openapi/v3/api/v1");
        for (String name : GROUPS) {
          String path = "apis/%s/v1".formatted(name);
          paths.putObject(path).put("serverRelativeURL", "/openapi/v3/" + path);
        }
      }
      default -> {
        return ofGroup(call, node);
      }
    }
    return Optional.of(node);
  }

  private static Optional<ObjectNode> ofGroup(String call, ObjectNode node) {
    Matcher match = OF_GROUP.matcher(call);
    String group = match.matches() ? Optional.ofNullable(match.group(3)).orElse("") : "?";
    if (!group.isEmpty() && !GROUPS.contains(group)) {
      return Optional.empty();
    } else if (match.group(1) != null) {
      openApi(group, node);
    } else if (match.group(4) != null) {
      resources(group, node);
    } else {
      group(group, node.put("kind", "APIGroup").put("apiVersion", "v1"));
    }
    return Optional.of(node);
  }

  private static void group(String name, ObjectNode group) {
    ObjectNode version = Json.object().put("groupVersion", name + "/v1").put("version", "v1");
    group.put("name", name).putArray("versions").add(version);
    group.set("preferredVersion", version);
  }

  private static List<Kind> kinds(String group) {
    return Arrays.stream(Kind.values()).filter(k -> k.group.equals(group)).toList();
  }

  private static void resources(String group, ObjectNode list) {
    list.put("kind", "APIResourceList").put("apiVersion", "v1");
    list.put("groupVersion", group.isEmpty() ? "v1" : group + "/v1");
    ArrayNode all = list.putArray("resources");
    for (Kind kind : kinds(group)) {
      ObjectNode main = resource(all, kind.plural, kind.kind, kind.namespaced, VERBS);
      if (!kind.shortName.isEmpty()) {
        main.putArray("shortNames").add(kind.shortName);
      }
      if (kind == Kind.POD) {
        main.putArray("categories").add("all");
        resource(all, "pods/log", "Pod", true, List.of("get"));
        resource(all, "pods/exec", "PodExecOptions", true, List.of("create", "get"));
      }
    }
    if (group.equals(REVIEWS_GROUP)) {
      List<String> verbs = List.of("create");
      resource(all, "selfsubjectaccessreviews", "SelfSubjectAccessReview", false, verbs);
    }
  }

  private static ObjectNode resource(
      ArrayNode all, String name, String kind, boolean namespaced, List<String> verbs) {
    ObjectNode resource = all.addObject().put("name", name).put("kind", kind);
    String singular = name.contains("/") ? "" : kind.toLowerCase(Locale.ROOT);
    resource.put("singularName", singular).put("namespaced", namespaced);
    verbs.forEach(resource.putArray("verbs")::add);
    return resource;
  }

  /** Enough for kubectl to leave validation to the server and to compute patches by itself. */
  private static void openApi(String group, ObjectNode document) {
    document.put("openapi", "3.0.0").putObject("info").put("title", "local").put("version", "v1");
    String base = group.isEmpty() ? "/api/v1/" : "/apis/" + group + "/v1/";
    ObjectNode paths = document.putObject("paths");
    for (Kind kind : kinds(group)) {
      ObjectNode patch = paths.putObject(base + kind.plural + "/{name}").putObject("patch");
      ObjectNode type = patch.putObject("x-kubernetes-group-version-kind");
      type.put("group", group).put("version", "v1").put("kind", kind.kind);
      ArrayNode parameters = patch.putArray("parameters");
      parameters.addObject().put("name", "fieldValidation").put("in", "query");
      parameters.addObject().put("name", "dryRun").put("in", "query");
    }
  }

  /** SelfSubjectAccessReview: the one token may do all that is served. */
  static ObjectNode review(ObjectNode review, ObjectStore store) {
    JsonNode asked = review.at("/spec/resourceAttributes");
    if (!asked.isObject()) {
      throw ApiError.invalid("spec.resourceAttributes: Required value");
    }
    Optional<Kind> kind = Kind.of(asked.path("group").asText(""), Json.text(asked, "/resource"));
    String namespace = asked.path("namespace").asText("");
    boolean there = namespace.isEmpty() || store.get(Kind.NAMESPACE, "", namespace).isPresent();
    String verb = asked.path("verb").asText();
    String part = asked.path("subresource").asText("");
    boolean allowed = there && kind.filter(k -> served(k, part, verb)).isPresent();
    ObjectNode answer = review.deepCopy();
    answer.putObject("status").put("allowed", allowed);
    return answer;
  }

  private static boolean served(Kind kind, String subresource, String verb) {
    return switch (subresource) {
      case "" -> VERBS.contains(verb);
      case "log" -> kind == Kind.POD && verb.equals("get");
      case "exec" -> kind == Kind.POD && Set.of("get", "create").contains(verb);
      default -> false;
    };
  }
}
