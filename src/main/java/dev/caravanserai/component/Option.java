package dev.caravanserai.component;

import dev.caravanserai.session.InvalidRequestException;
import java.util.Optional;
import java.util.function.Function;
import org.apache.camel.Exchange;
import org.apache.camel.Expression;
import org.apache.camel.support.LanguageSupport;

/**
 * An option of an endpoint: a value, or a Simple expression that is evaluated once for each
 * message. What it evaluates to is data, and is never evaluated again. A blank value counts as
 * none. Immutable and thread-safe.
 */
final class Option<T> {
  private final String name;
  private final Function<String, Optional<T>> reader;
  private final String expected;
  private final Function<Exchange, String> text;

  /**
   * @param text null if the option is not given
   * @param reader returns empty for an invalid value
   * @param expected describes the valid values in messages
   * @throws IllegalArgumentException for a text that is neither an expression nor a value
   */
  Option(
      PodEndpoint endpoint,
      String name,
      String text,
      Function<String, Optional<T>> reader,
      String expected) {
    this.name = name;
    this.reader = reader;
    this.expected = expected;
    if (text != null && LanguageSupport.hasSimpleFunction(text)) {
      Expression expression =
          endpoint.getCamelContext().resolveLanguage("simple").createExpression(text);
      this.text = exchange -> expression.evaluate(exchange, String.class);
    } else {
      this.text = exchange -> text;
      if (given(text) && reader.apply(text).isEmpty()) {
        throw new IllegalArgumentException(
            "%s is \"%s\", but it must be %s.".formatted(name, text, expected));
      }
    }
  }

  static Option<String> text(PodEndpoint endpoint, String name, String text) {
    return new Option<>(endpoint, name, text, Optional::of, "text");
  }

  /** A whole number from {@code least} on. */
  static Option<Integer> number(PodEndpoint endpoint, String name, String text, int least) {
    return number(endpoint, name, text, least, Integer.MAX_VALUE);
  }

  /** A whole number from {@code least} to {@code most}. */
  static Option<Integer> number(
      PodEndpoint endpoint, String name, String text, int least, int most) {
    return new Option<>(
        endpoint,
        name,
        text,
        given ->
            Optional.of(given)
                .filter(digits -> digits.matches("-?\\d{1,10}"))
                .map(Long::valueOf)
                .filter(number -> number >= least && number <= most)
                .map(Long::intValue),
        "a whole number from %d to %d".formatted(least, most));
  }

  static Option<Boolean> flag(PodEndpoint endpoint, String name, String text) {
    return new Option<>(
        endpoint,
        name,
        text,
        given ->
            Optional.of(given)
                .filter(word -> word.equals("true") || word.equals("false"))
                .map(Boolean::valueOf),
        "true or false");
  }

  /**
   * @throws InvalidRequestException if the expression evaluates to something else
   */
  Optional<T> of(Exchange exchange) {
    String value = text.apply(exchange);
    return given(value)
        ? Optional.of(
            reader
                .apply(value)
                .orElseThrow(
                    () ->
                        InvalidRequestException.at(
                            "/" + name, "is \"%s\", but must be %s".formatted(value, expected))))
        : Optional.empty();
  }

  private static boolean given(String value) {
    return value != null && !value.isBlank();
  }
}
