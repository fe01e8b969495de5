package dev.caravanserai.local;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * What the server tells of itself: version, groups, resources, and an OpenAPI that allows any field
 * (the server does not check for unknown ones).
 */
final class Discovery {
  static final String ACCESS_REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
  private static final List<String> GROUPS =
      List.of("coordination.k8s.io", "networking.k8s.io", "authorization.k8s.io");
  private static final List<String> VERBS =
      List.of("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch");

  private Discovery() {}

  /** The document at a path; empty when there is none. */
  static Optional<ObjectNode> document(String path) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    switch (path) {
      case "/version" ->
          node.put("major", "1")
              .put("minor", "32")
              .put("gitVersion", "v1.32.0+caravanserai-local")
              .put("gitCommit", "")
              .put("gitTreeState", "clean")
              .put("buildDate", "2026-11-21T00:00:00Z")
              .put("goVersion", "none")
              .put("compiler", "java")
              .put("platform", "java/17");
      case "/api" -> node.put("kind", "APIVersions").putArray("versions").add("v1");
      case "/apis" -> {
        ArrayNode groups =
            node.put("kind", "APIGroupList").put("apiVersion", "v1").putArray("groups");
        GROUPS.forEach(g -> groups.add(group(g)));
      }
      case "/openapi/v2" -> {
        node.put("swagger", "2.0").putObject("paths");
        node.putObject("info").put("title", "Caravanserai local cluster").put("version", "v1");
      }
      case "/openapi/v3" -> {
        ObjectNode paths = node.putObject("paths");
        paths.putObject("api/v1").put("serverRelativeURL", "/openapi/v3/api/v1?hash=1");
        for (String g : GROUPS) {
          paths
              .putObject("apis/" + g + "/v1")
              .put("serverRelativeURL", "/openapi/v3/apis/%s/v1?hash=1".formatted(g));
        }
      }
      default -> {
        return ofGroup(path);
      }
    }
    return Optional.of(node);
  }

  private static Optional<ObjectNode> ofGroup(String path) {
    if (path.equals("/api/v1")) {
      return Optional.of(resources(""));
    }
    if (path.equals("/openapi/v3/api/v1")) {
      return Optional.of(openApi(""));
    }
    for (String g : GROUPS) {
      if (path.equals("/apis/" + g)) {
        return Optional.of(group(g).put("kind", "APIGroup").put("apiVersion", "v1"));
      }
      if (path.equals("/apis/" + g + "/v1")) {
        return Optional.of(resources(g));
      }
      if (path.equals("/openapi/v3/apis/" + g + "/v1")) {
        return Optional.of(openApi(g));
      }
    }
    return Optional.empty();
  }

  private static ObjectNode group(String name) {
    ObjectNode group = JsonNodeFactory.instance.objectNode().put("name", name);
    ObjectNode version = group.putArray("versions").addObject();
    version.put("groupVersion", name + "/v1").put("version", "v1");
    group.set("preferredVersion", version.deepCopy());
    return group;
  }

  private static List<Kind> kinds(String group) {
    return Arrays.stream(Kind.values()).filter(k -> k.group.equals(group)).toList();
  }

  private static ObjectNode resources(String group) {
    ObjectNode list = JsonNodeFactory.instance.objectNode();
    list.put("kind", "APIResourceList").put("apiVersion", "v1");
    ArrayNode all =
        list.put("groupVersion", group.isEmpty() ? "v1" : group + "/v1").putArray("resources");
    for (Kind kind : kinds(group)) {
      ObjectNode main = resource(all, kind, kind.plural, VERBS);
      main.put("singularName", kind.kind.toLowerCase(java.util.Locale.ROOT));
      if (!kind.shortName.isEmpty()) {
        main.putArray("shortNames").add(kind.shortName);
      }
      if (Resources.WITH_STATUS.contains(kind)) {
        resource(all, kind, kind.plural + "/status", List.of("get", "patch", "update"));
      }
      if (kind == Kind.POD) {
        main.putArray("categories").add("all");
        resource(all, kind, "pods/log", List.of("get"));
        resource(all, kind, "pods/exec", List.of("create", "get")).put("kind", "PodExecOptions");
      }
    }
    if (group.equals("authorization.k8s.io")) {
      all.addObject()
          .put("name", "selfsubjectaccessreviews")
          .put("singularName", "selfsubjectaccessreview")
          .put("namespaced", false)
          .put("kind", "SelfSubjectAccessReview")
          .putArray("verbs")
          .add("create");
    }
    return list;
  }

  private static ObjectNode resource(ArrayNode all, Kind kind, String name, List<String> verbs) {
    ObjectNode resource = all.addObject();
    resource
        .put("name", name)
        .put("singularName", "")
        .put("namespaced", kind.namespaced)
        .put("kind", kind.kind);
    ArrayNode list = resource.putArray("verbs");
    verbs.forEach(list::add);
    return resource;
  }

  /** Enough for kubectl to leave validation to the server and to compute patches by itself. */
  private static ObjectNode openApi(String group) {
    ObjectNode document = JsonNodeFactory.instance.objectNode().put("openapi", "3.0.0");
    document.putObject("info").put("title", "Caravanserai local cluster").put("version", "v1");
    ObjectNode paths = document.putObject("paths");
    ObjectNode schemas = document.putObject("components").putObject("schemas");
    for (Kind kind : kinds(group)) {
      String base = group.isEmpty() ? "/api/v1/" : "/apis/" + group + "/v1/";
      String path = base + (kind.namespaced ? "namespaces/{namespace}/" : "") + kind.plural;
      ObjectNode patch = paths.putObject(path + "/{name}").putObject("patch");
      type(patch.putObject("x-kubernetes-group-version-kind"), kind);
      patch.put("x-kubernetes-action", "patch").putObject("responses");
      ArrayNode parameters = patch.putArray("parameters");
      for (String name : List.of("dryRun", "fieldManager", "fieldValidation", "force")) {
        parameters
            .addObject()
            .put("name", name)
            .put("in", "query")
            .putObject("schema")
            .put("type", "string");
      }
      patch.putObject("requestBody").putObject("content").putObject("application/merge-patch+json");
      ObjectNode schema =
          schemas.putObject("dev.caravanserai.local." + kind.kind).put("type", "object");
      schema.put("x-kubernetes-preserve-unknown-fields", true);
      type(schema.putArray("x-kubernetes-group-version-kind").addObject(), kind);
    }
    return document;
  }

  private static void type(ObjectNode node, Kind kind) {
    node.put("group", kind.group).put("version", kind.version).put("kind", kind.kind);
  }
}
