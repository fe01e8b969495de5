package dev.caravanserai.profile;

import dev.caravanserai.session.SessionSpec;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A field of a request that has an effect only if the profile's objects use it. */
enum RequestField {
  IMAGE("image", spec -> spec.image().isPresent(), "spec.image"),
  COMMAND("command", spec -> !spec.command().isEmpty(), "spec.command"),
  ARGS("args", spec -> !spec.args().isEmpty(), "spec.args"),
  WORKING_DIR("workingDir", spec -> spec.workingDir().isPresent(), "spec.workingDir"),
  RESOURCES(
      "resources", spec -> !spec.resources().equals(SessionSpec.Resources.NONE), "spec.resources"),
  STORAGE("storage", spec -> spec.storage().isPresent(), "spec.storage", "spec.stored"),
  ENV("env", spec -> !spec.env().isEmpty(), "env", "names.secret");

  private final String key;
  private final Predicate<SessionSpec> given;
  private final List<String> variables;

  RequestField(String key, Predicate<SessionSpec> given, String... variables) {
    this.key = key;
    this.given = given;
    this.variables = List.of(variables);
  }

  String key() {
    return key;
  }

  /** The expressions by which an object uses it, for messages. */
  String expressions() {
    return variables.stream().map(v -> "${" + v + "}").collect(Collectors.joining(" or "));
  }

  boolean in(Set<String> used) {
    return used.contains("spec") && this != ENV || !Collections.disjoint(used, variables);
  }

  boolean in(SessionSpec request) {
    return given.test(request);
  }

  /** The fields that no expression of a profile uses. */
  static Stream<RequestField> unused(Set<String> used) {
    return Stream.of(values()).filter(field -> !field.in(used));
  }
}
