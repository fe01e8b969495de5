package dev.caravanserai.profile;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;

/**
 * What one entry of a request's metadata may be, where it means something to a profile: a text, or
 * a list of objects.
 *
 * @param values all that a text may be; empty where that is anything
 * @param pattern that a whole text has to match
 * @param unique whether no two objects of a list may have the same
 * @param description for people; says what would be right where there is a pattern
 * @param items the fields of each object, all of them needed; empty for a text
 */
record MetadataSchema(
    List<String> values,
    Optional<Pattern> pattern,
    boolean unique,
    String description,
    Map<String, MetadataSchema> items) {
  /** More claims than a pod has any use for. */
  static final int MOST_ITEMS = 100;

  /**
   * @param at the JSON pointer to the value
   * @param wrong takes the pointer to and the words for each thing that is wrong
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
    return pattern
        .filter(p -> text.length() > RequestRules.MAX_TEXT || !p.matcher(text).matches())
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
            at + "/" + RequestRules.pointer(String.valueOf(key)),
            "is not known; known are " + String.join(", ", items.keySet()));
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
    Set<Object> seen = new HashSet<>();
    for (int i = 0; unique && i < list.size(); i++) {
      if (list.get(i) instanceof Map<?, ?> map
          && map.get(name) != null
          && !seen.add(map.get(name))) {
        wrong.accept(
            at + "/" + i + "/" + name, "is that of another one before; each needs its own");
      }
    }
  }

  /** All that is wrong with the metadata, as pointers and words. */
  static void check(
      Map<String, MetadataSchema> meanings,
      Map<String, ?> metadata,
      BiConsumer<String, String> wrong) {
    List<String> names = new ArrayList<>(meanings.keySet());
    names.retainAll(metadata.keySet());
    for (String name : names) {
      String at = "/metadata/" + RequestRules.pointer(name);
      meanings.get(name).check(at, metadata.get(name), wrong);
    }
  }
}
