package dev.caravanserai.profile;

import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** A field of a request that has an effect only if the profile's objects use it. */
enum RequestField {
  IMAGE("image", "spec.image"),
  COMMAND("command", "spec.command"),
  ARGS("args", "spec.args"),
  WORKING_DIR("workingDir", "spec.workingDir"),
  RESOURCES("resources", "spec.resources"),
  STORAGE("storage", "spec.storage", "spec.stored"),
  ENV("env", "env", "names.secret");

  private final String key;
  private final List<String> variables;

  RequestField(String key, String... variables) {
    this.key = key;
    this.variables = List.of(variables);
  }

  String key() {
    return key;
  }

  /** How an object uses it, for messages. */
  String expressions() {
    return variables.stream().map(v -> "${" + v + "}").collect(Collectors.joining(" or "));
  }

  boolean in(Set<String> used) {
    return used.contains("spec") && this != ENV || !Collections.disjoint(used, variables);
  }

  /** Those of some keys that the expressions of a profile do not use. */
  static List<RequestField> unused(Collection<String> keys, Set<String> used) {
    return Arrays.stream(values())
        .filter(field -> keys.contains(field.key) && !field.in(used))
        .toList();
  }
}
