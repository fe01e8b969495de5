package dev.caravanserai.http;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravanserai.session.Nearest;
import dev.caravanserai.session.Principal;
import dev.caravanserai.session.Yaml;
import dev.caravanserai.settings.SettingsException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The file of API keys: a YAML or JSON list of {@code name}, {@code tenant}, {@code scopes} (or one
 * {@code scope}) and either {@code key} or {@code key-sha256}. Messages never contain a key.
 */
final class KeyFile {
  private static final Set<String> FIELDS =
      Set.of("name", "tenant", "scope", "scopes", "key", "key-sha256");

  private final Path file;
  private final List<String> problems = new ArrayList<>();

  private KeyFile(Path file) {
    this.file = file;
  }

  /**
   * Reads every key.
   *
   * @throws SettingsException that lists everything wrong with the file
   */
  static List<ApiKey> read(Path file) {
    return new KeyFile(file).parse(SecretFile.read(file, "API keys file"));
  }

  private List<ApiKey> parse(String text) {
    var entries = new ArrayList<ApiKey>();
    if (load(text) instanceof List<?> items && !items.isEmpty()) {
      for (int i = 0; i < items.size(); i++) {
        entry("key " + (i + 1), items.get(i)).ifPresent(entries::add);
      }
    } else {
      problem("the file", "must be a list with at least one key");
    }
    refuseTwice(entries);
    if (!problems.isEmpty()) {
      throw new SettingsException(problems);
    }
    return List.copyOf(entries);
  }

  private Object load(String text) {
    try {
      return new ObjectMapper().convertValue(Yaml.read(text), Object.class);
    } catch (Yaml.YamlException e) { // its message may quote a key
      throw new SettingsException("Line %d of %s is not YAML or JSON.".formatted(e.line(), file));
    }
  }

  private Optional<ApiKey> entry(String where, Object item) {
    int before = problems.size();
    if (!(item instanceof Map<?, ?> map)) {
      problem(where, "must be a map of name, tenant, scopes and key or key-sha256");
      return Optional.empty();
    }
    map.keySet().stream()
        .map(String::valueOf)
        .filter(field -> !FIELDS.contains(field))
        .forEach(
            field -> problem(where, "has no field " + field + "." + Nearest.hint(field, FIELDS)));
    var name = word(where, map, "name");
    var tenant = word(where, map, "tenant");
    var scopes = scopes(where, map);
    var hash = hash(where, map);
    return problems.size() > before
        ? Optional.empty()
        : Optional.of(new ApiKey(name, tenant, scopes, hash));
  }

  private String word(String where, Map<?, ?> map, String field) {
    if (map.get(field) instanceof String text && text.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,62}")) {
      return text;
    }
    problem(where, field + " must be 1 to 63 letters, digits, dots, dashes or underscores");
    return "";
  }

  private Set<String> scopes(String where, Map<?, ?> map) {
    var given = map.containsKey("scopes") ? map.get("scopes") : map.get("scope");
    var list = given instanceof List<?> many ? many : given == null ? List.of() : List.of(given);
    if (list.isEmpty() || (map.containsKey("scopes") && map.containsKey("scope"))) {
      problem(where, "needs scopes (a list) or scope (a word), and not both");
    }
    var scopes = new HashSet<String>();
    for (var scope : list) {
      var text = String.valueOf(scope);
      if (!text.equals(Principal.EVERY_SCOPE) && !Scopes.known(text)) {
        problem(where, Scopes.unknown(text));
      }
      scopes.add(text);
    }
    return scopes;
  }

  private byte[] hash(String where, Map<?, ?> map) {
    var plain = Optional.ofNullable(map.get("key"));
    var hashed = Optional.ofNullable(map.get("key-sha256"));
    if (plain.isPresent() == hashed.isPresent()) {
      problem(where, "needs either key or key-sha256");
    } else if (plain.isPresent()) {
      if (plain.get() instanceof String key && key.matches("[\\x21-\\x7e]{16,}")) {
        return ApiKey.sha256(key);
      }
      problem(where, "key must be text of at least 16 ASCII characters without spaces");
    } else {
      if (hashed.get() instanceof String hex && hex.matches("[0-9a-fA-F]{64}")) {
        return HexFormat.of().parseHex(hex);
      }
      problem(where, "key-sha256 must be 64 hexadecimal digits in quotes");
    }
    return new byte[0];
  }

  private void refuseTwice(List<ApiKey> entries) {
    var names = new HashSet<String>();
    var hashes = new HashSet<String>();
    for (var entry : entries) {
      if (!names.add(entry.name())) {
        problem("the name " + entry.name(), "is used twice");
      }
      if (!hashes.add(HexFormat.of().formatHex(entry.sha256()))) {
        problem(entry.name(), "has the same key as another");
      }
    }
  }

  private void problem(String where, String what) {
    problems.add(
        "API keys file %s: %s %s%s"
            .formatted(file, where, what, what.endsWith("?") || what.endsWith(".") ? "" : "."));
  }
}
