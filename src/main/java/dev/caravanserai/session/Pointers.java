package dev.caravanserai.session;

import com.networknt.schema.JsonNodePath;

/** Writes JSON pointers (RFC 6901). */
final class Pointers {
  private Pointers() {}

  static String of(JsonNodePath path) {
    StringBuilder pointer = new StringBuilder();
    for (int i = 0; i < path.getNameCount(); i++) {
      pointer.append('/').append(escape(String.valueOf(path.getElement(i))));
    }
    return pointer.toString();
  }

  static String escape(String name) {
    return name.replace("~", "~0").replace("/", "~1");
  }
}
