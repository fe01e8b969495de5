package dev.caravanserai.contract;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravanserai.session.InvalidRequestException.Violation;
import dev.caravanserai.session.Pointers;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Finds values that are valid JSON but cannot be used: lone surrogates, and numbers outside the
 * range of a double.
 */
final class Unreadable {
  private final List<Violation> found = new ArrayList<>();
  private int nodes;

  private Unreadable() {}

  static Unreadable in(JsonNode body) {
    Unreadable unreadable = new Unreadable();
    unreadable.visit("", body);
    return unreadable;
  }

  /** The first of them, {@value ContractSchema#MOST} at most. */
  List<Violation> found() {
    return found;
  }

  /** How many values the body has, as far as they were visited. */
  int nodes() {
    return nodes;
  }

  private void visit(String pointer, JsonNode node) {
    if (found.size() == ContractSchema.MOST) {
      return;
    }
    nodes++;
    if (node.isTextual() && halfCharacter(node.textValue())) {
      found.add(new Violation(pointer, "holds half of a surrogate pair, which is not a character"));
    } else if (node.isFloatingPointNumber() && beyondDouble(node)) {
      found.add(new Violation(pointer, "must be a number that a double can represent"));
    }
    int index = 0;
    for (JsonNode item : node.isArray() ? node : List.<JsonNode>of()) {
      visit(pointer + "/" + index++, item);
    }
    for (Map.Entry<String, JsonNode> field : node.properties()) {
      if (halfCharacter(field.getKey())) {
        found.add(new Violation(pointer, "has a name with half of a surrogate pair, no character"));
      } else {
        visit(Pointers.child(pointer, field.getKey()), field.getValue());
      }
    }
  }

  /** Other readers would get infinity or zero, and its digits written out could fill the memory. */
  private static boolean beyondDouble(JsonNode number) {
    double value = number.doubleValue();
    return Double.isInfinite(value) || value == 0 && number.decimalValue().signum() != 0;
  }

  private static boolean halfCharacter(String text) {
    return text.codePoints()
        .anyMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE);
  }
}
