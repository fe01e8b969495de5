package dev.caravanserai.session;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.util.JsonParserDelegate;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import com.fasterxml.jackson.dataformat.yaml.snakeyaml.error.Mark;
import com.fasterxml.jackson.dataformat.yaml.snakeyaml.error.MarkedYAMLException;
import java.io.IOException;
import java.util.Optional;

/**
 * Reads one YAML or JSON document strictly, with the numbers and booleans of YAML 1.1 as in {@code
 * kubectl}: {@code 0400} is octal, {@code yes} is true. Rejects duplicate keys, a second document,
 * and aliases, which the parser would read as text. Thread-safe.
 */
public final class Yaml {
  private static final ObjectMapper MAPPER =
      YAMLMapper.builder()
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private Yaml() {}

  /** The text is not one YAML document; the message repeats no value of it. */
  public static final class YamlException extends RuntimeException {
    private final int line;

    private YamlException(int line, int column, String why) {
      super("line %d, column %d: %s".formatted(line, column, why));
      this.line = line;
    }

    /** From 1. */
    public int line() {
      return line;
    }
  }

  /**
   * @return a null node if there is no document
   * @throws YamlException with the place and the reason
   */
  public static JsonNode read(String text) {
    try (JsonParser parser = new NoAliases(MAPPER.createParser(text))) {
      return Optional.<JsonNode>ofNullable(MAPPER.readTree(parser)).orElse(NullNode.instance);
    } catch (MarkedYAMLException e) {
      Optional<Mark> mark = Optional.ofNullable(e.getProblemMark());
      throw new YamlException(
          mark.map(m -> m.getLine() + 1).orElse(1),
          mark.map(m -> m.getColumn() + 1).orElse(1),
          e.getProblem());
    } catch (JsonProcessingException e) {
      String words = e.getOriginalMessage();
      throw new YamlException(
          e.getLocation().getLineNr(),
          e.getLocation().getColumnNr(),
          words.startsWith("Trailing token") ? "a second document; only one is read" : words);
    } catch (IOException e) {
      throw new IllegalStateException("A text in memory can always be read", e);
    }
  }

  private static final class NoAliases extends JsonParserDelegate {
    NoAliases(JsonParser yaml) {
      super(yaml);
    }

    @Override
    public JsonToken nextToken() throws IOException {
      JsonToken token = super.nextToken();
      if (((YAMLParser) delegate).isCurrentAlias()) {
        var at = currentTokenLocation();
        throw new YamlException(
            at.getLineNr(), at.getColumnNr(), "an alias (*name); write the value itself");
      }
      return token;
    }
  }
}
