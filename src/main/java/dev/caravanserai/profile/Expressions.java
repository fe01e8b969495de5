package dev.caravanserai.profile;

import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.FailureException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.commons.jexl3.JexlBuilder;
import org.apache.commons.jexl3.JexlEngine;
import org.apache.commons.jexl3.JexlException;
import org.apache.commons.jexl3.JexlFeatures;
import org.apache.commons.jexl3.MapContext;

/**
 * Evaluates the {@code ${…}} in a profile's values, once: what they yield is data and never looked
 * at again. Keys are never evaluated. Thread safe.
 */
final class Expressions {
  private static final Pattern OPTIONAL = Pattern.compile("\\?\\?\\s*null\\s*$");

  private final JexlEngine engine;
  private final String profile;
  private final Map<String, Object> variables;

  Expressions(String profile, Map<String, Object> variables) {
    this(engine(), profile, variables);
  }

  /** Knows our functions and nothing else of Java. */
  static JexlEngine engine() {
    Map<String, Object> functions = new HashMap<>();
    functions.put(null, new Functions());
    return new JexlBuilder()
        .permissions(new OwnFunctionsOnly())
        .features(JexlFeatures.createNone())
        .namespaces(functions)
        .strict(true)
        .safe(false)
        .silent(false)
        .antish(false)
        .create();
  }

  private Expressions(JexlEngine engine, String profile, Map<String, Object> variables) {
    this.engine = engine;
    this.profile = profile;
    this.variables = variables;
  }

  /** A value with its expressions evaluated; null when it is one expression that yields null. */
  Object evaluate(Object value, String path) {
    if (value instanceof Map<?, ?> map) {
      return map(map, path);
    }
    if (value instanceof List<?> list) {
      return list(list, path);
    }
    return value instanceof String text ? text(text, path) : value;
  }

  /** A value as text, empty when it yields nothing. */
  String string(Object value, String path) {
    Object result = evaluate(value, path);
    return result == null ? "" : String.valueOf(result);
  }

  private Map<String, Object> map(Map<?, ?> map, String path) {
    Map<String, Object> result = new LinkedHashMap<>();
    map.forEach(
        (key, value) -> {
          Object evaluated = evaluate(value, path + "/" + key);
          if (evaluated != null) {
            result.put(String.valueOf(key), evaluated);
          }
        });
    return result;
  }

  private List<Object> list(List<?> list, String path) {
    List<Object> result = new ArrayList<>();
    for (int i = 0; i < list.size(); i++) {
      String at = path + "/" + i;
      Object item = list.get(i);
      if (item instanceof Map<?, ?> map && map.containsKey("each")) {
        Object rest = without(map, "each");
        for (Object one : all(map.get("each"), at + "/each")) {
          with("item", one).item(rest, at, result);
        }
      } else {
        item(item, at, result);
      }
    }
    return result;
  }

  private void item(Object item, String at, List<Object> result) {
    if (!(item instanceof Map<?, ?> map && map.containsKey("when"))) {
      result.add(evaluate(item, at));
    } else if (wanted(map.get("when"), at + "/when")) {
      result.add(evaluate(without(map, "when"), at));
    }
  }

  private static Map<Object, Object> without(Map<?, ?> map, String key) {
    Map<Object, Object> rest = new LinkedHashMap<>(map);
    rest.remove(key);
    return rest;
  }

  /** These expressions with one more variable. */
  private Expressions with(String name, Object value) {
    Map<String, Object> more = new LinkedHashMap<>(variables);
    more.put(name, value);
    return new Expressions(engine, profile, more);
  }

  private List<?> all(Object each, String path) {
    Object result = condition(each, path);
    if (result == null) {
      return List.of();
    }
    if (result instanceof List<?> list) {
      return list;
    }
    throw wrong(path, String.valueOf(each), "it yields no list");
  }

  /** The whole of an {@code each} or {@code when} is one expression. */
  private Object condition(Object value, String path) {
    return value instanceof String text && !text.startsWith("${")
        ? run(text, path)
        : evaluate(value, path);
  }

  private boolean wanted(Object condition, String path) {
    Object result = condition(condition, path);
    if (result instanceof Boolean yes) {
      return yes;
    }
    throw wrong(path, String.valueOf(condition), "it yields " + result + ", not true or false");
  }

  private Object text(String text, String path) {
    Template template;
    try {
      template = Template.of(text);
    } catch (IllegalArgumentException e) {
      throw wrong(path, text, e.getMessage());
    }
    if (template.whole()) {
      return run(template.parts().get(0).text(), path);
    }
    StringBuilder result = new StringBuilder();
    for (Template.Part part : template.parts()) {
      Object value = part.expression() ? run(part.text(), path) : part.text();
      if (value == null || value instanceof Map || value instanceof List) {
        throw wrong(path, text, "only a text, number or boolean can stand within a text");
      }
      result.append(value);
    }
    return result.toString();
  }

  private Object run(String expression, String path) {
    Object result;
    try {
      result = engine.createExpression(expression).evaluate(new MapContext(variables));
    } catch (JexlException e) {
      throw wrong(path, expression, e.getDetail() == null ? "it is not valid" : e.getDetail());
    }
    if (result == null && !OPTIONAL.matcher(expression).find()) {
      throw wrong(path, expression, "it yields nothing; where it may, it has to end with ?? null");
    }
    return result;
  }

  private FailureException wrong(String path, String expression, String why) {
    return FailureException.of(
        FailureCode.CONFIG_ERROR,
        "Profile %s, %s: cannot evaluate '%s': %s. Correct the profile, or give what it asks for."
            .formatted(profile, path, expression, why));
  }
}
