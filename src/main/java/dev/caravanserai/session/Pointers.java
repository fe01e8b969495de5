package dev.caravanserai.session;

import com.networknt.schema.JsonNodePath;

/** Writes JSON pointers (RFC 6901). */
public final class Pointers {
  /** Longer than any name that is right; what a caller sent is not sent back at any length. */
  private static final int LONGEST_STEP = 320;

  private Pointers() {}

  static String of(JsonNodePath path) {
    StringBuilder pointer = new StringBuilder();
    for (int i = 0; i < path.getNameCount(); i++) {
      pointer.append('/').append(escape(String.valueOf(path.getElement(i))));
    }
    return pointer.toString();
  }

  /** The pointer to a field of what the other pointer points to. */
  public static String child(String pointer, String name) {
    return pointer + "/" + escape(name);
  }

  private static String escape(String name) {
    String shown = name.length() <= LONGEST_STEP ? name : name.substring(0, LONGEST_STEP) + "…";
    return shown.replace("~", "~0").replace("/", "~1");
  }
}
