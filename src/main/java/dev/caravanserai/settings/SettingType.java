package dev.caravanserai.settings;

import dev.caravanserai.session.Names;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Converts the text of a setting to a value and back.
 *
 * @param unit what a person writes, as the settings table shows it
 * @param parse throws {@link IllegalArgumentException} that says what is right and does not repeat
 *     the text
 * @param format to text that {@code parse} and Camel both read
 * @param given checks a value that is not the default, as {@code parse}
 */
record SettingType<T>(
    String unit, Function<String, T> parse, Function<T, String> format, Consumer<T> given) {
  private static final Pattern DURATION = Pattern.compile("(\\d{1,12})(ms|s|m|h|d)?");
  private static final Pattern SIZE = Pattern.compile("(\\d{1,12})(B|KiB|MiB|GiB)?");
  private static final Map<String, Long> MILLIS =
      Map.of("ms", 1L, "s", 1_000L, "m", 60_000L, "h", 3_600_000L, "d", 86_400_000L);
  private static final Map<String, Long> BYTES =
      Map.of("B", 1L, "KiB", 1L << 10, "MiB", 1L << 20, "GiB", 1L << 30);

  private SettingType(String unit, Function<String, T> parse, Function<T, String> format) {
    this(unit, parse, format, value -> {});
  }

  /** From 1 ms to 3650 days. A plain number is seconds. */
  static SettingType<Duration> duration() {
    return new SettingType<>("duration", SettingType::parseDuration, SettingType::formatDuration);
  }

  /** From 1 byte to the longest array, just below 2 GiB. A plain number is bytes. */
  static SettingType<Integer> size() {
    return new SettingType<>("size", SettingType::parseSize, String::valueOf);
  }

  /**
   * Values of a type within a range.
   *
   * @param least the smallest one allowed, as a person would write it
   */
  static <T extends Comparable<T>> SettingType<T> between(
      SettingType<T> type, String least, String most) {
    T smallest = type.parse().apply(least);
    T largest = type.parse().apply(most);
    return new SettingType<>(
        "%s %s to %s".formatted(type.unit(), least, most),
        text -> {
          T value = type.parse().apply(text);
          if (value.compareTo(smallest) < 0 || value.compareTo(largest) > 0) {
            throw new IllegalArgumentException("must be from %s to %s".formatted(least, most));
          }
          return value;
        },
        type.format());
  }

  static SettingType<Integer> number(int least, int most) {
    return new SettingType<>(
        "number " + least + " to " + most, text -> parseNumber(text, least, most), String::valueOf);
  }

  /** As routes and components take it. */
  static SettingType<String> flag() {
    return matching("true or false", "true|false", "true or false");
  }

  static SettingType<String> text() {
    return new SettingType<>("text", SettingType::present, Function.identity());
  }

  /** The name of a tenant, as in the file of API keys. */
  static SettingType<String> tenant() {
    return matching(
        "name", "[\\w.-]{1,63}", "1 to 63 letters, digits, dots, dashes or underscores");
  }

  /** An API key, as in the file of API keys. */
  static SettingType<String> key() {
    return matching("text", "[\\x21-\\x7e]{16,}", "at least 16 ASCII characters without spaces");
  }

  /** The name of a namespace: a label of RFC 1123. */
  static SettingType<String> namespace() {
    return matching(
        "namespace",
        Names.NAME,
        "the name of a namespace: 1 to 63 of a-z, 0-9 and -, without - at either end");
  }

  private static SettingType<String> matching(String unit, String pattern, String expected) {
    return new SettingType<>(
        unit,
        text -> {
          if (!text.matches(pattern)) {
            throw new IllegalArgumentException("must be " + expected);
          }
          return text;
        },
        Function.identity());
  }

  /** A value of a type, or none, which is an empty text. */
  static <T> SettingType<Optional<T>> optional(SettingType<T> type) {
    return new SettingType<>(
        type.unit + " or empty",
        text -> Optional.of(text).filter(t -> !t.isEmpty()).map(type.parse),
        value -> value.map(type.format).orElse(""),
        value -> value.ifPresent(type.given));
  }

  static SettingType<Path> path() {
    return new SettingType<>("path", text -> toPath(present(text)), Path::toString);
  }

  /** A folder that must exist, except for the default. */
  static SettingType<Path> folder() {
    return existing("folder", Files::isDirectory);
  }

  /** A file that must exist, except for the default. */
  static SettingType<Path> file() {
    return existing("file", Files::isRegularFile);
  }

  private static SettingType<Path> existing(String what, Predicate<Path> is) {
    return new SettingType<>(
        what,
        path().parse,
        path().format,
        path -> {
          if (!is.test(path) || !Files.isReadable(path)) {
            throw new IllegalArgumentException(
                "must be a %s that exists and can be read: create it, or correct the path (%s)"
                    .formatted(what, path.toAbsolutePath()));
          }
        });
  }

  /** One of an enum's constants, written in lower case. */
  static <E extends Enum<E>> SettingType<E> oneOf(Class<E> type) {
    var names = Stream.of(type.getEnumConstants()).map(SettingType::lowerCase).toList().toString();
    var unit = "one of " + names.substring(1, names.length() - 1);
    return new SettingType<>(
        unit,
        text ->
            Stream.of(type.getEnumConstants())
                .filter(constant -> lowerCase(constant).equals(text))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("must be " + unit)),
        SettingType::lowerCase);
  }

  private static String lowerCase(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  private static String present(String text) {
    if (text.isEmpty()) {
      throw new IllegalArgumentException("must not be empty");
    }
    return text;
  }

  private static Path toPath(String text) {
    return text.startsWith("~/")
        ? Path.of(System.getProperty("user.home"), text.substring(2))
        : Path.of(text);
  }

  private static int parseNumber(String text, int least, int most) {
    if (text.matches("\\d{1,10}")) {
      var value = Long.parseLong(text);
      if (value >= least && value <= most) {
        return (int) value;
      }
    }
    throw new IllegalArgumentException("must be a whole number from " + least + " to " + most);
  }

  private static Duration parseDuration(String text) {
    var millis = scaled(DURATION.matcher(text), "s", MILLIS);
    if (millis < 1 || millis > Duration.ofDays(3650).toMillis()) {
      throw new IllegalArgumentException(
          "must be a duration from 1ms to 3650d such as 500ms, 90s, 5m, 1h or 1d; a plain number is"
              + " seconds");
    }
    return Duration.ofMillis(millis);
  }

  private static String formatDuration(Duration duration) {
    var millis = duration.toMillis();
    return millis % 1000 == 0 ? millis / 1000 + "s" : millis + "ms";
  }

  private static int parseSize(String text) {
    var bytes = scaled(SIZE.matcher(text), "B", BYTES);
    if (bytes < 1 || bytes > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException(
          "must be a size from 1 byte to just below 2GiB such as 512KiB, 16MiB or 1GiB; a plain"
              + " number is bytes");
    }
    return (int) bytes;
  }

  /** The amount in the smallest unit, or -1 if the text does not match. */
  private static long scaled(Matcher matcher, String plainUnit, Map<String, Long> factors) {
    if (!matcher.matches()) {
      return -1;
    }
    var factor = factors.get(Optional.ofNullable(matcher.group(2)).orElse(plainUnit));
    var amount = Long.parseLong(matcher.group(1));
    return amount > Long.MAX_VALUE / factor ? -1 : amount * factor;
  }
}
