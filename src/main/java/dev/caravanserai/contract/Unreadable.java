package dev.caravanserai.contract;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravanserai.session.InvalidRequestException.Violation;
import dev.caravanserai.session.Pointers;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;

/**
 * Finds values that are valid JSON but cannot be used: lone surrogates, and numbers outside the
 * range of a double.
 */
final class Unreadable {
  static final String NUMBER = "must be a number in the range of a double";

  private final List<Violation> found = new ArrayList<>();

  /** Names and indexes down to the visited value; a pointer for each value would take too long. */
  private final Deque<Object> path = new ArrayDeque<>();

  private int nodes;

  private Unreadable() {}

  static Unreadable in(JsonNode body) {
    Unreadable unreadable = new Unreadable();
    unreadable.visit(body);
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

  private void visit(JsonNode node) {
    nodes++;
    if (node.isTextual() && halfCharacter(node.textValue())) {
      add("holds half of a surrogate pair, which is not a character");
    } else if (node.isFloatingPointNumber() && beyondDouble(node)) {
      add(NUMBER);
    }
    int index = 0;
    for (JsonNode item : node.isArray() ? node : List.<JsonNode>of()) {
      child(index++, item);
    }
    for (Map.Entry<String, JsonNode> field : node.properties()) {
      if (halfCharacter(field.getKey())) {
        add("has a name with half of a surrogate pair, no character");
      } else {
        child(field.getKey(), field.getValue());
      }
    }
  }

  private void child(Object step, JsonNode node) {
    if (found.size() < ContractSchema.MOST) {
      path.addLast(step);
      visit(node);
      path.removeLast();
    }
  }

  private void add(String message) {
    if (found.size() < ContractSchema.MOST) {
      String pointer = "";
      for (Object step : path) {
        pointer = Pointers.child(pointer, String.valueOf(step));
      }
      found.add(new Violation(pointer, message));
    }
  }

  /** Other readers would get infinity or zero, and its digits written out could fill the memory. */
  private static boolean beyondDouble(JsonNode number) {
    double value = number.doubleValue();
    return !Double.isFinite(value) || value == 0 && number.decimalValue().signum() != 0;
  }

  private static boolean halfCharacter(String text) {
    return text.codePoints()
        .anyMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE);
  }
}
