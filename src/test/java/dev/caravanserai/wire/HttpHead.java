package dev.caravanserai.wire;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The head of an HTTP/1.1 request.
 *
 * @param first the request line
 * @param fields the header lines
 */
public record HttpHead(String first, List<String> fields) {

  /**
   * @return empty at the end of the stream
   */
  static Optional<HttpHead> read(InputStream in) throws IOException {
    String first = line(in);
    if (first.isEmpty()) {
      return Optional.empty();
    }
    List<String> fields = new java.util.ArrayList<>();
    for (String line = line(in); !line.isEmpty(); line = line(in)) {
      fields.add(line);
    }
    return Optional.of(new HttpHead(first, fields));
  }

  public String method() {
    return first.split(" ")[0];
  }

  public String path() {
    return first.split(" ")[1];
  }

  /**
   * The resource after the namespace in the path, for example {@code pods}; empty if there is none.
   */
  public String resource() {
    List<String> parts = Arrays.asList(path().split("[/?]"));
    int namespaces = parts.indexOf("namespaces");
    return namespaces < 0 || parts.size() <= namespaces + 2 ? "" : parts.get(namespaces + 2);
  }

  /** Whether it is a list request. */
  public boolean list() {
    return method().equals("GET")
        && path().matches("[^?]*/namespaces/[^/?]+/[^/?]+(?:[?].*)?")
        && !path().contains("watch=true");
  }

  /** Whether it is an upgrade to a WebSocket. */
  boolean upgrade() {
    return field("upgrade").filter("websocket"::equalsIgnoreCase).isPresent();
  }

  byte[] body(InputStream in) throws IOException {
    if (field("transfer-encoding").filter("chunked"::equalsIgnoreCase).isEmpty()) {
      return exactly(in, field("content-length").map(Integer::parseInt).orElse(0));
    }
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (int size = size(in); size > 0; size = size(in)) {
      all.write(exactly(in, size));
      line(in);
    }
    line(in);
    return all.toByteArray();
  }

  /** The forwarded head: without an upgrade to HTTP/2, and with Content-Length. */
  byte[] bytes(int length) {
    boolean webSocket = upgrade();
    String kept =
        fields.stream()
            .filter(f -> !named(f, "transfer-encoding") && !named(f, "content-length"))
            .filter(
                f ->
                    webSocket
                        || !named(f, "upgrade")
                            && !named(f, "http2-settings")
                            && !named(f, "connection"))
            .map(f -> f + "\r\n")
            .collect(Collectors.joining());
    String told = webSocket || length == 0 ? "" : "Content-Length: " + length + "\r\n";
    return (first + "\r\n" + kept + told + "\r\n").getBytes(StandardCharsets.ISO_8859_1);
  }

  private Optional<String> field(String name) {
    return fields.stream()
        .filter(f -> named(f, name))
        .map(f -> f.substring(f.indexOf(':') + 1).strip())
        .findFirst();
  }

  private static boolean named(String field, String name) {
    return field.toLowerCase(Locale.ROOT).startsWith(name + ":");
  }

  private static int size(InputStream in) throws IOException {
    return Integer.parseInt(line(in).replaceAll(";.*", "").strip(), 16);
  }

  private static byte[] exactly(InputStream in, int length) throws IOException {
    byte[] bytes = in.readNBytes(length);
    if (bytes.length < length) {
      throw new EOFException();
    }
    return bytes;
  }

  private static String line(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int b = in.read(); b >= 0 && b != '\n'; b = in.read()) {
      line.write(b);
    }
    return line.toString(StandardCharsets.ISO_8859_1).replaceAll("\r$", "");
  }
}
