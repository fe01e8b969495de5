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
    this.profile = profile;
    this.variables = variables;
    Map<String, Object> functions = new HashMap<>();
    functions.put(null, new Functions());
    engine =
        new JexlBuilder()
            .permissions(new OwnFunctionsOnly())
            .features(JexlFeatures.createNone())
            .namespaces(functions)
            .strict(true)
            .safe(false)
            .silent(false)
            .antish(false)
            .create();
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
      if (item instanceof Map<?, ?> map && map.containsKey("when")) {
        if (!wanted(map.get("when"), at + "/when")) {
          continue;
        }
        Map<Object, Object> rest = new LinkedHashMap<>(map);
        rest.remove("when");
        item = rest;
      }
      result.add(evaluate(item, at));
    }
    return result;
  }

  private boolean wanted(Object condition, String path) {
    Object result =
        condition instanceof String text && !text.startsWith("${")
            ? run(text, path)
            : evaluate(condition, path);
    if (result instanceof Boolean yes) {
      return yes;
    }
    throw wrong(path, String.valueOf(condition), "it yields " + result + ", not true or false");
  }

  private Object text(String text, String path) {
    StringBuilder result = new StringBuilder();
    int at = 0;
    for (int start = text.indexOf("${"); start >= 0; start = text.indexOf("${", at)) {
      if (start > at && text.charAt(start - 1) == '$') {
        result.append(text, at, start - 1).append("${");
        at = start + 2;
        continue;
      }
      int end = end(text, start + 2);
      if (end < 0) {
        throw wrong(path, text.substring(start), "its closing } is missing");
      }
      Object value = run(text.substring(start + 2, end), path);
      if (start == 0 && end == text.length() - 1) {
        return value;
      }
      if (value == null || value instanceof Map || value instanceof List) {
        throw wrong(path, text, "only a text, number or boolean can stand within a text");
      }
      result.append(text, at, start).append(value);
      at = end + 1;
    }
    return result.append(text, at, text.length()).toString();
  }

  private static int end(String text, int from) {
    char quote = 0;
    for (int i = from; i < text.length(); i++) {
      char c = text.charAt(i);
      if (quote != 0) {
        if (c == '\\') {
          i++;
        } else if (c == quote) {
          quote = 0;
        }
      } else if (c == '\'' || c == '"') {
        quote = c;
      } else if (c == '}') {
        return i;
      }
    }
    return -1;
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
