package dev.caravanserai.profile;

import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.FailureException;
import dev.caravanserai.session.Pointers;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.commons.jexl3.JexlBuilder;
import org.apache.commons.jexl3.JexlEngine;
import org.apache.commons.jexl3.JexlException;
import org.apache.commons.jexl3.JexlFeatures;
import org.apache.commons.jexl3.MapContext;

/**
 * Evaluates the {@code ${…}} in a profile's values, once: results are data and are not evaluated
 * again. Keys are never evaluated. Thread safe.
 */
final class Expressions extends ValueTree {
  /** Stands in samples for what only a request's metadata can give; valid as name and as label. */
  static final String UNKNOWN = "caravanserai-value-of-metadata";

  private static final Pattern OPTIONAL = Pattern.compile("\\?\\?\\s*null\\s*$");
  private static final Pattern OF_REQUEST = Pattern.compile("\\b(?:metadata|item)\\b");

  private final JexlEngine engine;
  private final String profile;
  private final Map<String, Object> variables;
  private final boolean sample;

  Expressions(String profile, Map<String, Object> variables) {
    this(profile, variables, false);
  }

  /**
   * @param sample whether an expression that fails for lack of metadata is {@link #UNKNOWN}
   */
  Expressions(String profile, Map<String, Object> variables, boolean sample) {
    this(engine(), profile, variables, sample);
  }

  /** An engine with {@link Functions}, and without access to anything else of Java. */
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

  private Expressions(
      JexlEngine engine, String profile, Map<String, Object> variables, boolean sample) {
    this.engine = engine;
    this.profile = profile;
    this.variables = variables;
    this.sample = sample;
  }

  /** A map whose values have to result in text, a number or a boolean. */
  Map<String, String> texts(Map<String, Object> map, String path) {
    Map<String, String> texts = new LinkedHashMap<>();
    map.forEach(
        (key, value) -> {
          String at = Pointers.child(path, key);
          Object result = evaluate(value, at);
          if (result instanceof Map || result instanceof List) {
            result =
                failed(at, String.valueOf(value), "it must result in text, a number or a boolean");
          }
          if (result != null) {
            texts.put(key, String.valueOf(result));
          }
        });
    return texts;
  }

  /** A value as text, empty if it has no result. */
  String string(Object value, String path) {
    Object result = evaluate(value, path);
    return result == null ? "" : String.valueOf(result);
  }

  /**
   * A value of an item of a list.
   *
   * @param undecided whether it exists only by metadata that this sample lacks
   */
  record Item(Object value, boolean undecided) {}

  /** The values of one item of a list: none, one, or several. */
  Stream<Item> decidedItems(Object item, String at) {
    if (item instanceof Map<?, ?> map && map.containsKey(EACH)) {
      boolean undecided = undecided(map, EACH, at);
      return each(map.get(EACH), at + "/" + EACH).stream()
          .flatMap(one -> withItem(one).decidedItems(without(map, EACH), at))
          .map(one -> new Item(one.value(), undecided || one.undecided()));
    }
    boolean undecided = item instanceof Map<?, ?> map && undecided(map, WHEN, at);
    return items(item, at).stream().map(value -> new Item(value, undecided));
  }

  private boolean undecided(Map<?, ?> item, String key, String at) {
    return sample
        && item.containsKey(key)
        && UNKNOWN.equals(condition(item.get(key), at + "/" + key));
  }

  @Override
  Expressions withItem(Object item) {
    Map<String, Object> more = new LinkedHashMap<>(variables);
    more.put("item", item);
    return new Expressions(engine, profile, more, sample);
  }

  @Override
  List<?> each(Object expression, String path) {
    Object result = condition(expression, path);
    if (result == null) {
      return List.of();
    }
    if (result instanceof List<?> list) {
      return list;
    }
    return List.of(failed(path, String.valueOf(expression), "its result is not a list"));
  }

  @Override
  boolean when(Object expression, String path) {
    Object result = condition(expression, path);
    if (result instanceof Boolean yes) {
      return yes;
    }
    failed(path, String.valueOf(expression), "its result is " + result + ", not true or false");
    return true;
  }

  @Override
  Object text(String text, String path) {
    Template template;
    try {
      template = Template.of(text);
    } catch (IllegalArgumentException e) {
      return failed(path, text, e.getMessage());
    }
    if (template.whole()) {
      return run(template.parts().get(0).text(), path);
    }
    StringBuilder result = new StringBuilder();
    for (Template.Part part : template.parts()) {
      Object value = part.expression() ? run(part.text(), path) : part.text();
      if (value == null || value instanceof Map || value instanceof List) {
        value = failed(path, text, "within text only text, a number or a boolean can be inserted");
      }
      result.append(value);
    }
    return result.toString();
  }

  @Override
  Object run(String expression, String path) {
    Object result;
    try {
      result = engine.createExpression(expression).evaluate(new MapContext(variables));
    } catch (JexlException e) {
      return failed(path, expression, words(e));
    }
    if (result == null && !OPTIONAL.matcher(expression).find()) {
      return failed(path, expression, "it has no result; if that is allowed, end it with ?? null");
    }
    return result;
  }

  /** JEXL's details are often only the text at which parsing failed. */
  static String words(JexlException e) {
    String detail = ProfileFile.orEmpty(e.getDetail()).strip();
    if (e instanceof JexlException.Parsing) {
      return "it is not a valid expression%s; `?? null` leaves out an absent value"
          .formatted(detail.isEmpty() ? "" : ", near '" + detail + "'");
    }
    if (e instanceof JexlException.Property property) {
      return "there is no %s; leave it out by ?? null, or the list's item by its when"
          .formatted(property.getProperty().replaceFirst("^\\.", ""));
    }
    return detail.isEmpty() ? "it is not valid" : detail;
  }

  /**
   * @return {@link #UNKNOWN}, in a sample
   */
  private String failed(String path, String expression, String why) {
    if (sample && OF_REQUEST.matcher(expression).find()) {
      return UNKNOWN;
    }
    throw FailureException.of(
        FailureCode.CONFIG_ERROR,
        "Profile %s, %s: the expression '%s' failed: %s. Correct the profile, or send the value that it uses."
            .formatted(profile, path, expression, why));
  }
}
