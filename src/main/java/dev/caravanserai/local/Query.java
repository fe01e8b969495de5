package dev.caravanserai.local;

import io.vertx.core.MultiMap;
import java.util.List;
import java.util.Optional;

/** The parameters of a request. */
record Query(MultiMap all) {
  Optional<String> text(String name) {
    return Optional.ofNullable(all.get(name)).filter(v -> !v.isEmpty());
  }

  List<String> texts(String name) {
    return all.getAll(name);
  }

  boolean flag(String name) {
    return text(name).filter(v -> v.equals("true") || v.equals("1")).isPresent();
  }

  /** Not negative. */
  Optional<Long> number(String name) {
    return text(name)
        .map(
            v -> {
              try {
                long number = Long.parseLong(v);
                if (number >= 0) {
                  return number;
                }
              } catch (NumberFormatException e) {
                // told below
              }
              throw new ApiError(
                  400, "BadRequest", "%s=%s: a whole number from 0 is needed".formatted(name, v));
            });
  }

  boolean dryRun() {
    List<String> values = texts("dryRun");
    if (values.stream().anyMatch(v -> !v.equals("All"))) {
      throw new ApiError(400, "BadRequest", "dryRun: only All is served, not " + values);
    }
    return !values.isEmpty();
  }
}
