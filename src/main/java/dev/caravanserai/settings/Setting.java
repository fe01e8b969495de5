package dev.caravanserai.settings;

import java.util.Locale;

/**
 * One setting.
 *
 * @param <T> the type of its value
 * @param key begins with {@code caravanserai.}
 * @param defaultText the default as a person would write it; may be empty
 * @param secret never shown, and read from the environment only
 */
public record Setting<T>(
    String key, SettingType<T> type, String defaultText, boolean secret, String description) {
  static final String PREFIX = "caravanserai.";

  public Setting {
    if (!key.matches("caravanserai(\\.[a-z]+(-[a-z]+)*)+")) {
      throw new IllegalArgumentException(key + " is not a key of this product");
    }
  }

  static <T> Setting<T> setting(String key, SettingType<T> type, String byDefault) {
    return new Setting<>(PREFIX + key, type, byDefault, false, "");
  }

  static <T> Setting<T> secret(String key, SettingType<T> type) {
    return new Setting<>(PREFIX + key, type, "", true, "");
  }

  Setting<T> described(String text) {
    return new Setting<>(key, type, defaultText, secret, text);
  }

  /** The variable that sets it, such as {@code CARAVANSERAI_CLUSTER_KIND}. */
  public String environmentName() {
    return key.replace('.', '_').replace('-', '_').toUpperCase(Locale.ROOT);
  }

  /**
   * @throws IllegalArgumentException that says what is right
   */
  void check(String text) {
    T value = parse(text);
    if (!text.equals(defaultText)) {
      type.given().accept(value);
    }
  }

  T parse(String text) {
    return type.parse().apply(text.strip());
  }

  /** The same value in a form that Camel also reads, such as {@code 3600s} for {@code 1h}. */
  String canonical(String text) {
    return type.format().apply(parse(text));
  }
}
