package dev.caravanserai.profile;

import dev.caravanserai.session.Names;

/** The functions of the expression language; public only because JEXL needs that. */
public final class Functions {
  Functions() {}

  /** Text as a label value. */
  public String label(Object text) {
    return Names.label(String.valueOf(text));
  }

  /** Text as lower-case letters, digits and dashes; different text may have the same result. */
  public String slug(Object text) {
    return Names.slug(String.valueOf(text));
  }
}
