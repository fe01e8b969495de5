package dev.caravanserai.local;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Discovery documents: version, groups, resources, access reviews, and an OpenAPI schema that
 * allows any field (the server ignores unknown fields).
 */
final class Discovery {
  static final String ACCESS_REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
  static final String OPENAPI_V2 = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";
  private static final String REVIEWS_GROUP = "authorization.k8s.io";

  /** "" is the core group. */
  private static final List<String> GROUPS =
      Stream.concat(Arrays.stream(Kind.values()).map(k -> k.group), Stream.of(REVIEWS_GROUP))
          .distinct()
          .toList();

  private static final Pattern OF_GROUP =
      Pattern.compile("GET (/openapi/v3)?/(?:api|apis/([^/]+))/v1");
  private static final List<String> VERBS =
      List.of("get", "list", "watch", "create", "update", "patch", "delete", "deletecollection");

  private Discovery() {}

  /**
   * @param call method and path, for example {@code GET /api}
   */
  static Optional<ObjectNode> document(String call) {
    ObjectNode document = Json.object();
    Matcher match = OF_GROUP.matcher(call);
    switch (call) {
      case "GET /version" ->
          document
              .put("major", "1")
              .put("minor", "32")
              .put("gitVersion", "v1.32.0+caravanserai-local");
      case "GET /api" -> document.put("kind", "APIVersions").putArray("versions").add("v1");
      case "GET /apis" -> groups(document);
      case "GET /openapi/v3" ->
          GROUPS.forEach(
              group ->
                  document
                      .withObject("/paths")
                      .putObject(path(group))
                      .put("serverRelativeURL", "/openapi/v3/" + path(group)));
      default -> {
        String group = match.matches() ? Optional.ofNullable(match.group(2)).orElse("") : "none";
        if (!GROUPS.contains(group)) {
          return Optional.empty();
        } else if (match.group(1) == null) {
          resources(group, document);
        } else {
          openApi(group, document);
        }
      }
    }
    return Optional.of(document);
  }

  private static String path(String group) {
    return group.isEmpty() ? "api/v1" : "apis/" + group + "/v1";
  }

  private static void groups(ObjectNode list) {
    ArrayNode groups = list.put("kind", "APIGroupList").put("apiVersion", "v1").putArray("groups");
    for (String name : GROUPS.stream().filter(g -> !g.isEmpty()).toList()) {
      ObjectNode version = Json.object().put("groupVersion", name + "/v1").put("version", "v1");
      ObjectNode group = groups.addObject().put("name", name);
      group.set("preferredVersion", version);
      group.putArray("versions").add(version);
    }
  }

  private static List<Kind> kinds(String group) {
    return Arrays.stream(Kind.values()).filter(k -> k.group.equals(group)).toList();
  }

  private static ArrayNode resources(String group, ObjectNode list) {
    list.put("kind", "APIResourceList").put("apiVersion", "v1");
    list.put("groupVersion", group.isEmpty() ? "v1" : group + "/v1");
    ArrayNode all = list.putArray("resources");
    for (Kind kind : kinds(group)) {
      List<String> verbs = kind == Kind.EVENT_VIEW ? List.of("get", "list") : VERBS;
      ObjectNode main = resource(all, kind.plural, kind.kind, kind.namespaced, verbs);
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
    return all;
  }

  private static ObjectNode resource(
      ArrayNode all, String name, String kind, boolean namespaced, List<String> verbs) {
    ObjectNode resource = all.addObject().put("name", name).put("kind", kind);
    String singular = name.contains("/") ? "" : kind.toLowerCase(Locale.ROOT);
    resource.put("singularName", singular).put("namespaced", namespaced);
    verbs.forEach(resource.putArray("verbs")::add);
    return resource;
  }

  /** The minimum with which kubectl leaves validation to the server and computes its patches. */
  private static void openApi(String group, ObjectNode document) {
    document.put("openapi", "3.0.0").putObject("info").put("title", "local").put("version", "v1");
    ObjectNode paths = document.putObject("paths");
    for (Kind kind : kinds(group)) {
      String one = "/%s/%s/{name}".formatted(path(group), kind.plural);
      ObjectNode patch = paths.putObject(one).putObject("patch");
      ObjectNode type = patch.putObject("x-kubernetes-group-version-kind");
      type.put("group", group).put("version", "v1").put("kind", kind.kind);
      ArrayNode parameters = patch.putArray("parameters");
      parameters.addObject().put("name", "fieldValidation").put("in", "query");
      parameters.addObject().put("name", "dryRun").put("in", "query");
    }
  }

  /** SelfSubjectAccessReview: the only token has all rights on what is served. */
  static ObjectNode review(ObjectNode review, ObjectStore store) {
    JsonNode asked = review.at("/spec/resourceAttributes");
    if (!asked.isObject()) {
      throw ApiError.invalid("spec.resourceAttributes: Required value");
    }
    String namespace = Json.text(asked, "/namespace");
    String verb = Json.text(asked, "/verb");
    boolean there = namespace.isEmpty() || store.get(Kind.NAMESPACE, "", namespace).isPresent();
    String part = Json.text(asked, "/subresource");
    String resource = Json.text(asked, "/resource") + (part.isEmpty() ? "" : "/" + part);
    boolean served =
        resources(Json.text(asked, "/group"), Json.object())
            .valueStream()
            .filter(one -> Json.text(one, "/name").equals(resource))
            .anyMatch(
                one -> one.path("verbs").valueStream().anyMatch(v -> v.asText().equals(verb)));
    ObjectNode answer = review.deepCopy();
    answer.putObject("status").put("allowed", there && served);
    return answer;
  }
}
