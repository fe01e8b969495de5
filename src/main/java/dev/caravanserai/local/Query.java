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

  /** From 0. */
  Optional<Long> number(String name) {
    Optional<String> text = text(name);
    if (text.isPresent() && !text.get().matches("\\d{1,18}")) {
      throw ApiError.bad("%s=%s: a whole number from 0 is needed".formatted(name, text.get()));
    }
    return text.map(Long::parseLong);
  }

  boolean dryRun() {
    if (texts("dryRun").stream().anyMatch(v -> !v.equals("All"))) {
      throw ApiError.bad("dryRun: only All is served, not " + texts("dryRun"));
    }
    return !texts("dryRun").isEmpty();
  }
}
