package dev.caravanserai.profile;

import dev.caravanserai.session.Pointers;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;

/**
 * Schema of a metadata entry that the profile uses: text, or a list of objects.
 *
 * @param values allowed texts; empty for any
 * @param pattern that the whole text has to match; null for none
 * @param unique whether no two objects of a list may have the same value
 * @param description human-readable; describes the pattern, if there is one
 * @param items the fields of each object, all of them required; empty for text
 */
record MetadataSchema(
    List<String> values,
    Pattern pattern,
    boolean unique,
    String description,
    Map<String, MetadataSchema> items) {
  private static final int MOST_ITEMS = 100;

  /** Longer text is rejected without matching a pattern, which could take long. */
  private static final int LONGEST_TEXT = 4096;

  MetadataSchema {
    values = Optional.ofNullable(values).orElse(List.of());
    description = ProfileFile.orEmpty(description);
    items = ProfileFile.orEmpty(items);
  }

  /**
   * @param at the JSON pointer to the value
   * @param wrong receives the pointer and the description of each violation
   */
  void check(String at, Object value, BiConsumer<String, String> wrong) {
    if (value == null) {
      return;
    }
    if (items.isEmpty()) {
      text(value).ifPresent(why -> wrong.accept(at, why));
    } else if (value instanceof List<?> list && list.size() <= MOST_ITEMS) {
      for (int i = 0; i < list.size(); i++) {
        item(at + "/" + i, list.get(i), wrong);
      }
      items.forEach((name, item) -> item.distinct(at, name, list, wrong));
    } else {
      wrong.accept(at, "must be a list of at most %d objects".formatted(MOST_ITEMS));
    }
  }

  private Optional<String> text(Object value) {
    String text = String.valueOf(value);
    if (value instanceof Map || value instanceof List) {
      return Optional.of("must be text");
    }
    if (!values.isEmpty() && !values.contains(text)) {
      return Optional.of("must be one of %s, not '%s'".formatted(String.join(", ", values), text));
    }
    return Optional.ofNullable(pattern)
        .filter(p -> text.length() > LONGEST_TEXT || !p.matcher(text).matches())
        .map(p -> "must be " + description);
  }

  private void item(String at, Object item, BiConsumer<String, String> wrong) {
    if (!(item instanceof Map<?, ?> map)) {
      wrong.accept(at, "must be an object with " + String.join(", ", items.keySet()));
      return;
    }
    for (Object key : map.keySet()) {
      if (!items.containsKey(key)) {
        wrong.accept(
            Pointers.child(at, String.valueOf(key)),
            "is unknown; known are " + String.join(", ", items.keySet()));
      }
    }
    items.forEach(
        (name, field) -> {
          if (map.get(name) == null) {
            wrong.accept(at + "/" + name, "is missing; it must be " + field.description());
          } else {
            field.check(at + "/" + name, map.get(name), wrong);
          }
        });
  }

  private void distinct(String at, String name, List<?> list, BiConsumer<String, String> wrong) {
    Set<String> seen = new HashSet<>();
    for (int i = 0; unique && i < list.size(); i++) {
      if (list.get(i) instanceof Map<?, ?> map
          && map.get(name) != null
          && !seen.add(String.valueOf(map.get(name)))) {
        wrong.accept(
            at + "/" + i + "/" + name, "is the same as in an earlier object; each needs its own");
      }
    }
  }
}
