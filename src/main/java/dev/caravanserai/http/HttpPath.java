package dev.caravanserai.http;

import io.vertx.ext.web.RoutingContext;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A path with parameters in braces, as Camel and OpenAPI write it. Case-sensitive; a trailing slash
 * is ignored.
 *
 * @param text without the asterisk
 * @param prefix whether it matches every path with this prefix
 */
record HttpPath(String text, boolean prefix) {
  private static final Pattern PARAMETER = Pattern.compile("\\{([^/}]+)}");

  /** Paths of the server, which a prefix does not match. */
  private static final String RESERVED = "/(v1|observe)(/.*)?";

  static HttpPath of(String text, boolean prefix) {
    boolean all = prefix || text.endsWith("*");
    return new HttpPath(text.replaceAll(all ? "\\*$" : "/+$", ""), all);
  }

  List<String> parameters() {
    return PARAMETER.matcher(text).results().map(found -> found.group(1)).toList();
  }

  /** The parameters of a request that matched, decoded. */
  Map<String, String> values(RoutingContext ctx) {
    Map<String, String> values = new LinkedHashMap<>();
    parameters().forEach(name -> values.put(name, ctx.pathParam("p" + values.size())));
    return values;
  }

  /** With a group for each parameter: {@code p0}, {@code p1}, … */
  String regex() {
    StringBuilder regex = new StringBuilder(prefix ? "(?!" + RESERVED + "$)" : "");
    Matcher parameter = PARAMETER.matcher(text);
    int end = 0;
    for (int i = 0; parameter.find(); i++) {
      regex.append(Pattern.quote(text.substring(end, parameter.start())));
      regex.append("(?<p").append(i).append(">[^/]+)");
      end = parameter.end();
    }
    if (end < text.length()) {
      regex.append(Pattern.quote(text.substring(end)));
    }
    return regex + (prefix ? ".*" : "/?");
  }

  /** Whether it is a prefix that only paths of the server have. */
  boolean reserved() {
    return prefix && text.matches(RESERVED);
  }

  /** Lower ones match first: literal paths, then those with parameters, then prefixes. */
  int rank() {
    return prefix ? 10_000 - Math.min(text.length(), 5_000) : Math.min(parameters().size(), 1_000);
  }

  /** Whether some path matches both. A prefix overlaps only another prefix. */
  boolean overlaps(HttpPath other) {
    List<String> ours = segments();
    List<String> theirs = other.segments();
    if (prefix != other.prefix || ours.size() != theirs.size()) {
      return false;
    }
    for (int i = 0; i < ours.size(); i++) {
      boolean either = ours.get(i).contains("{") || theirs.get(i).contains("{");
      if (!either && !ours.get(i).equals(theirs.get(i))) {
        return false;
      }
    }
    return true;
  }

  private List<String> segments() {
    return List.of(text.split("/", -1));
  }

  @Override
  public String toString() {
    return text + (prefix ? "*" : "");
  }
}
