package dev.caravanserai;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What a server tells of itself, read once. */
record Metrics(String text) {
  static Metrics of(Api api) {
    return new Metrics(
        api.later("GET", "/observe/metrics", null, Map.of("Accept", "*/*")).join().text());
  }

  Stream<String> lines() {
    return text.lines();
  }

  /** The sum of all series of a name that have all these labels. */
  double value(String name, String... labels) {
    return lines()
        .filter(line -> line.matches(name + "[{ ].*"))
        .filter(line -> List.of(labels).stream().allMatch(line::contains))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }
}
