package dev.caravanserai.session;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Suggests the known word closest to an unknown one. */
public final class Nearest {
  private Nearest() {}

  /** " Did you mean x?", or an empty text if no known word is close. */
  public static String hint(String word, Collection<String> known) {
    return of(word, known).map(near -> " Did you mean " + near + "?").orElse("");
  }

  /** The known word with the smallest edit distance, at most half of the word's length. */
  public static Optional<String> of(String word, Collection<String> known) {
    return within(Math.max(2, word.length() / 2), word, known);
  }

  /**
   * The known word with the smallest edit distance.
   *
   * @param most the largest distance
   */
  public static Optional<String> within(int most, String word, Collection<String> known) {
    return known.stream()
        .filter(k -> Math.abs(k.length() - word.length()) <= most)
        .min(Comparator.comparingInt((String k) -> distance(word, k)).thenComparing(k -> k))
        .filter(near -> distance(word, near) <= most);
  }

  /** Levenshtein distance. */
  private static int distance(String a, String b) {
    var row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
