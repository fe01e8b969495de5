package dev.caravanserai.session;

/** Writes JSON pointers (RFC 6901). */
public final class Pointers {
  /** Longer names are truncated, so that an error never repeats an arbitrarily long input. */
  private static final int LONGEST_STEP = 320;

  private Pointers() {}

  /** The pointer to a field of the object at another pointer. */
  public static String child(String pointer, String name) {
    return pointer + "/" + escape(name);
  }

  private static String escape(String name) {
    String shown = name.length() <= LONGEST_STEP ? name : name.substring(0, LONGEST_STEP) + "…";
    return shown.replace("~", "~0").replace("/", "~1");
  }
}
