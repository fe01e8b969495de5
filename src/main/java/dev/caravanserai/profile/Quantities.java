package dev.caravanserai.profile;

import io.fabric8.kubernetes.api.model.Quantity;
import java.math.BigDecimal;
import java.util.Optional;
import java.util.regex.Pattern;

/** Kubernetes quantities, by the grammar of apimachinery's {@code resource.Quantity}. */
final class Quantities {
  private static final Pattern GRAMMAR =
      Pattern.compile(
          "\\+?(?:[0-9]{1,18}(?:\\.[0-9]{0,9})?|\\.[0-9]{1,9})"
              + "(?:[KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]{1,2})?");

  private Quantities() {}

  /** The amount, or empty if the text is not a quantity of zero or more. */
  static Optional<BigDecimal> amount(String text) {
    if (!GRAMMAR.matcher(text).matches()) {
      return Optional.empty();
    }
    return Optional.of(Quantity.getAmountInBytes(new Quantity(text)));
  }

  /** Whether both are quantities and the first is the smaller one. */
  static boolean less(String a, String b) {
    return amount(a)
        .flatMap(left -> amount(b).map(right -> left.compareTo(right) < 0))
        .orElse(false);
  }

  static String least(String a, String b) {
    return less(b, a) ? b : a;
  }
}
