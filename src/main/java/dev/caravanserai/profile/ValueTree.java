package dev.caravanserai.profile;

import dev.caravanserai.session.Pointers;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Walks the maps, lists and text of a profile, with the {@code each} and {@code when} of list
 * items. Keys are never evaluated.
 */
abstract class ValueTree {
  static final String EACH = "each";
  static final String WHEN = "when";

  /**
   * @param path the JSON pointer to the value
   * @return the value of each text in its place; keys whose value is null are left out
   */
  final Object evaluate(Object value, String path) {
    if (value instanceof Map<?, ?> map) {
      Map<String, Object> result = new LinkedHashMap<>();
      map.forEach(
          (key, one) -> {
            String name = String.valueOf(key);
            Object evaluated = evaluate(one, Pointers.child(path, name));
            if (evaluated != null) {
              result.put(name, evaluated);
            }
          });
      return result;
    }
    if (value instanceof List<?> list) {
      List<Object> result = new ArrayList<>();
      for (int i = 0; i < list.size(); i++) {
        result.addAll(items(list.get(i), path + "/" + i));
      }
      return result;
    }
    return value instanceof String text ? text(text, path) : value;
  }

  /** The values of one item of a list: none, one, or several. */
  final List<Object> items(Object item, String at) {
    if (item instanceof Map<?, ?> map && map.containsKey(EACH)) {
      List<Object> all = new ArrayList<>();
      for (Object one : each(map.get(EACH), at + "/" + EACH)) {
        all.addAll(withItem(one).items(without(map, EACH), at));
      }
      return all;
    }
    if (item instanceof Map<?, ?> map && map.containsKey(WHEN)) {
      return when(map.get(WHEN), at + "/" + WHEN)
          ? Collections.singletonList(evaluate(without(map, WHEN), at))
          : List.of();
    }
    return Collections.singletonList(evaluate(item, at));
  }

  static Map<Object, Object> without(Map<?, ?> map, String key) {
    Map<Object, Object> rest = new LinkedHashMap<>(map);
    rest.remove(key);
    return rest;
  }

  /** The result of {@code each} or {@code when}: an expression with or without {@code ${}}. */
  final Object condition(Object value, String path) {
    return value instanceof String text && !text.startsWith("${")
        ? run(text, path)
        : evaluate(value, path);
  }

  /** The result of an expression. */
  abstract Object run(String expression, String path);

  /** The value of text that may have expressions. */
  abstract Object text(String text, String path);

  /** The elements for which an item is repeated. */
  abstract List<?> each(Object expression, String path);

  /** Whether an item is wanted. */
  abstract boolean when(Object expression, String path);

  /** The same with one more variable, {@code item}. */
  abstract ValueTree withItem(Object item);
}
