package dev.caravanserai.profile;

import dev.caravanserai.session.Names;

/** What expressions in profiles may call. Public only for the expression language. */
public final class Functions {
  Functions() {}

  /** A text as a label value. */
  public String label(Object text) {
    return Names.label(String.valueOf(text));
  }

  /** A text as lower-case letters, digits and dashes; not injective. */
  public String slug(Object text) {
    return Names.slug(String.valueOf(text));
  }
}
