package dev.caravanserai.http;

import dev.caravanserai.session.InvalidRequestException;
import dev.caravanserai.session.InvalidRequestException.Violation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * Reads the parameters of a query and collects what is wrong with them. Ask for each that is known,
 * then call {@link #refuseOthers()}. For one request, one thread.
 */
final class Query {
  private static final int LONGEST = 4096;

  private final Map<String, List<String>> parameters;
  private final TreeSet<String> known = new TreeSet<>();
  private final List<Violation> violations = new ArrayList<>();

  Query(Map<String, List<String>> parameters) {
    this.parameters = parameters;
  }

  Optional<String> text(String name, Pattern pattern, String right) {
    return read(
        name,
        text -> pattern.matcher(text).matches() ? Optional.of(text) : Optional.empty(),
        right);
  }

  Optional<Integer> integer(String name, int least, int most) {
    return read(
        name,
        text -> {
          try {
            int number = Integer.parseInt(text);
            return number < least || number > most ? Optional.empty() : Optional.of(number);
          } catch (NumberFormatException e) {
            return Optional.empty();
          }
        },
        "a whole number from %d to %d".formatted(least, most));
  }

  boolean flag(String name) {
    return read(
            name,
            text ->
                switch (text) {
                  case "true" -> Optional.of(true);
                  case "false" -> Optional.of(false);
                  default -> Optional.<Boolean>empty();
                },
            "true or false")
        .orElse(false);
  }

  /**
   * @param reader gives nothing for text that is wrong
   * @param right what would be right, to go after "must be"
   */
  <T> Optional<T> read(String name, Function<String, Optional<T>> reader, String right) {
    known.add(name);
    var values = parameters.getOrDefault(name, List.of());
    if (values.isEmpty()) {
      return Optional.empty();
    }
    if (values.size() > 1) {
      wrong(name, "must be given once, not %d times".formatted(values.size()));
      return Optional.empty();
    }
    var text = values.get(0);
    var value = text.length() > LONGEST ? Optional.<T>empty() : reader.apply(text);
    if (value.isEmpty()) {
      wrong(name, "must be %s, not %s".formatted(right, shortened(text)));
    }
    return value;
  }

  /**
   * @throws InvalidRequestException with all that is wrong, parameters that nobody asked for
   *     included
   */
  void refuseOthers() {
    parameters.keySet().stream()
        .filter(name -> !known.contains(name))
        .forEach(
            name ->
                wrong(
                    name,
                    known.isEmpty()
                        ? "is not known; this path takes no parameters"
                        : "is not known; there are " + String.join(", ", known)));
    if (!violations.isEmpty()) {
      throw new InvalidRequestException(violations);
    }
  }

  /** RFC 6901 escapes two characters. */
  private void wrong(String name, String message) {
    var token = shortened(name).replace("~", "~0").replace("/", "~1");
    violations.add(new Violation("/query/" + token, message));
  }

  private static String shortened(String text) {
    return text.length() > 60 ? text.substring(0, 60) + "…" : text;
  }
}
