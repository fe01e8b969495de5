package dev.caravanserai.profile;

import com.fasterxml.jackson.databind.node.NullNode;
import dev.caravanserai.session.Nearest;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import org.apache.commons.jexl3.JexlEngine;
import org.apache.commons.jexl3.JexlException;
import org.apache.commons.jexl3.JexlScript;

/**
 * Checks that every expression can be parsed and uses only variables that exist at its place, and
 * collects these. Evaluates nothing: the value of an expression is a JSON null.
 */
final class ExpressionCheck extends ValueTree {
  /** Variables whose fields are not known before a request. */
  private static final Set<String> OPEN = Set.of("metadata", "item");

  private final JexlEngine engine;
  private final Map<String, Set<String>> known;
  private final Set<String> used;
  private final BiConsumer<String, String> wrong;

  /**
   * @param wrong receives the JSON pointer and the description of each mistake
   */
  ExpressionCheck(BiConsumer<String, String> wrong) {
    this(Expressions.engine(), new TreeMap<>(), new TreeSet<>(), wrong);
  }

  private ExpressionCheck(
      JexlEngine engine,
      Map<String, Set<String>> known,
      Set<String> used,
      BiConsumer<String, String> wrong) {
    this.engine = engine;
    this.known = known;
    this.used = used;
    this.wrong = wrong;
  }

  /** Adds a variable that exists from here on, with its fields. */
  void know(String variable, Collection<String> fields) {
    known.put(variable, Set.copyOf(fields));
  }

  /** Variables that were used, such as {@code id} and {@code spec.image}. */
  Set<String> used() {
    return used;
  }

  @Override
  ExpressionCheck withItem(Object item) {
    ExpressionCheck more = new ExpressionCheck(engine, new TreeMap<>(known), used, wrong);
    more.know("item", Set.of());
    return more;
  }

  @Override
  List<?> each(Object expression, String path) {
    condition(expression, path);
    return List.of(NullNode.instance);
  }

  @Override
  boolean when(Object expression, String path) {
    condition(expression, path);
    return true;
  }

  @Override
  Object text(String text, String path) {
    try {
      List<Template.Part> expressions =
          Template.of(text).parts().stream().filter(Template.Part::expression).toList();
      expressions.forEach(part -> run(part.text(), path));
      return expressions.isEmpty() ? text : NullNode.instance;
    } catch (IllegalArgumentException e) {
      wrong(path, text, e.getMessage());
      return NullNode.instance;
    }
  }

  @Override
  Object run(String expression, String path) {
    try {
      JexlScript script = (JexlScript) engine.createExpression(expression);
      script.getVariables().forEach(variable -> variable(expression, path, variable));
    } catch (JexlException e) {
      wrong(path, expression, Expressions.words(e));
    }
    return NullNode.instance;
  }

  private void variable(String expression, String path, List<String> variable) {
    String root = variable.get(0);
    used.add(String.join(".", variable.subList(0, Math.min(2, variable.size()))));
    if (!known.containsKey(root)) {
      wrong(
          path, expression, "there is no %s here; %s".formatted(root, hint(root, known.keySet())));
    } else if (variable.size() > 1
        && !OPEN.contains(root)
        && !known.get(root).contains(variable.get(1))) {
      String field = variable.get(1);
      wrong(
          path,
          expression,
          "%s has no %s; %s".formatted(root, field, hint(field, known.get(root))));
    }
  }

  private static String hint(String name, Set<String> known) {
    return Nearest.of(name, known)
        .map(near -> "did you mean " + near)
        .orElse(
            known.isEmpty()
                ? "it has none"
                : "known are " + String.join(", ", new TreeSet<>(known)));
  }

  private void wrong(String path, String expression, String why) {
    wrong.accept(path, "the expression '%s' cannot be used: %s".formatted(expression, why));
  }
}
