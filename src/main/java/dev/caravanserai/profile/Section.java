package dev.caravanserai.profile;

import dev.caravanserai.session.Nearest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * A map in a profile's file. Whatever is wrong in it is noted with its place, and reading goes on
 * with something harmless, so that all mistakes are found.
 */
final class Section {
  private static final String NAME = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";

  private final Mistakes mistakes;
  private final String file;
  private final String path;
  private final Map<String, Object> values = new LinkedHashMap<>();

  private Section(Mistakes mistakes, String file, String path, Object value) {
    this.mistakes = mistakes;
    this.file = file;
    this.path = path;
    if (value instanceof Map<?, ?> map) {
      map.forEach((k, v) -> values.put(String.valueOf(k), v));
    } else if (value != null || path.isEmpty()) {
      mistakes.in(file, path, "a map is needed here");
    }
  }

  static Section root(Mistakes mistakes, String file, Object value) {
    return new Section(mistakes, file, "", value);
  }

  /** An empty one where there is none. */
  Section section(String key) {
    return new Section(mistakes, file, path + "/" + key, values.get(key));
  }

  /** Every value as a section, by its key. */
  Map<String, Section> sections() {
    Map<String, Section> sections = new LinkedHashMap<>();
    values.keySet().forEach(key -> sections.put(key, section(key)));
    return sections;
  }

  Map<String, Object> values() {
    return values;
  }

  /** Itself, after it has noted each key that is not among these. */
  Section only(String known) {
    Set<String> keys = new TreeSet<>(List.of(known.split(" ")));
    for (String key : values.keySet()) {
      if (!keys.contains(key)) {
        String meant =
            Nearest.of(key, keys)
                .map(near -> "did you mean " + near)
                .orElse("there are " + String.join(", ", keys));
        wrong(key, "there is no such key; " + meant);
      }
    }
    return this;
  }

  String text(String key, String otherwise) {
    Object value = values.get(key);
    if (value instanceof Map || value instanceof List) {
      wrong(key, "a text is needed here");
      return otherwise;
    }
    return value == null ? otherwise : String.valueOf(value);
  }

  /** A text that has to be there and be a name. */
  String name(String key) {
    String value = text(key, "");
    if (!value.matches(NAME)) {
      wrong(key, "it needs a name of a-z, 0-9 and -, 63 at most, not '" + value + "'");
    }
    return value;
  }

  List<String> texts(String key) {
    Object value = values.getOrDefault(key, List.of());
    if (value instanceof List<?> list && list.stream().allMatch(String.class::isInstance)) {
      return list.stream().map(String.class::cast).toList();
    }
    wrong(key, "a list of texts is needed here");
    return List.of();
  }

  void wrong(String key, String what) {
    mistakes.in(file, path + "/" + key, what);
  }
}
