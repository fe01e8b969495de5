package dev.caravanserai.http;

import java.util.Collection;
import java.util.TreeSet;

/** The header {@code Allow} (RFC 9110, 10.2.1). */
final class Allow {
  static final String NAME = "Allow";

  private Allow() {}

  /** A path that takes GET takes HEAD too. */
  static String of(Collection<String> methods) {
    var all = new TreeSet<>(methods);
    if (all.contains("GET")) {
      all.add("HEAD");
    }
    return String.join(", ", all);
  }
}
