package dev.caravanserai.session;

import dev.caravanserai.session.InvalidRequestException.Violation;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The limits of Linux for the arguments and environment of one process (execve(2), "Limits on size
 * of arguments and environment"), and the names of variables that the product itself uses.
 */
public final class ProcessInput {
  /** Bytes of one argument, or of one {@code NAME=value}: MAX_ARG_STRLEN without the final NUL. */
  public static final int MAX_STRING = 131_071;

  /** Bytes of all of them: a quarter of an 8 MiB stack, less what Kubernetes and images add. */
  public static final int MAX_TOTAL = 2_000_000;

  /** Bytes of all values of a session's environment, which is a Secret (SecretLimit 1 MiB). */
  public static final int MAX_ENVIRONMENT = 1_048_576;

  /** The final NUL of a string and the pointer to it, which count too. */
  private static final int OVERHEAD = 9;

  private static final List<String> RESERVED = List.of("CARAVANSERAI_", "__cs_");

  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,9}");

  private record Text(String pointer, String text) {}

  private final List<Violation> violations = new ArrayList<>();
  private int total;

  private ProcessInput() {}

  /**
   * The arguments and variables of a request that no process can be given, by JSON pointer; empty
   * if there are none. No message repeats a value.
   */
  public static List<Violation> violations(
      List<String> command, List<String> args, Map<String, String> env) {
    ProcessInput input = new ProcessInput();
    env.keySet().forEach(input::reserved);
    if (!NUMBER.matcher(env.getOrDefault("OPTIND", "1")).matches()) {
      input.wrong(
          "/env/OPTIND",
          "must be a number, because dash (the sh of Debian) does not start otherwise");
    }
    Map<Integer, String> fieldBySize = new TreeMap<>();
    fieldBySize.put(input.add(list("/command", command)), "/command");
    fieldBySize.put(input.add(list("/args", args)), "/args");
    fieldBySize.put(input.add(variables(env)), "/env");
    if (input.total > MAX_TOTAL) {
      String largest = fieldBySize.values().stream().reduce((smaller, larger) -> larger).get();
      input.wrong(
          largest,
          ("argument list too long: command, args and env have %d bytes together; a process takes"
                  + " at most %d")
              .formatted(input.total, MAX_TOTAL));
    }
    long values =
        env.values().stream().mapToLong(v -> v.getBytes(StandardCharsets.UTF_8).length).sum();
    if (values > MAX_ENVIRONMENT) {
      input.wrong(
          "/env",
          "has %d bytes in all values; Kubernetes keeps at most %d"
              .formatted(values, MAX_ENVIRONMENT));
    }
    return List.copyOf(input.violations);
  }

  /**
   * The same for an exec, without a check of the total: how much of it the container's own
   * environment needs is not known here, and the system rejects too much.
   */
  public static List<Violation> ofExec(List<String> command, Map<String, String> env) {
    ProcessInput input = new ProcessInput();
    env.keySet().forEach(input::reserved);
    input.add(list("/command", command));
    input.add(variables(env));
    return List.copyOf(input.violations);
  }

  private static Stream<Text> list(String field, List<String> texts) {
    return IntStream.range(0, texts.size()).mapToObj(i -> new Text(field + "/" + i, texts.get(i)));
  }

  private static Stream<Text> variables(Map<String, String> env) {
    return env.entrySet().stream()
        .map(e -> new Text(Pointers.child("/env", e.getKey()), e.getKey() + "=" + e.getValue()));
  }

  /** Adds strings to the total, and returns how much they add. */
  private int add(Stream<Text> strings) {
    int before = total;
    strings.forEach(
        string -> {
          int bytes = string.text().getBytes(StandardCharsets.UTF_8).length;
          total += bytes + OVERHEAD;
          if (bytes > MAX_STRING) {
            wrong(
                string.pointer(),
                ("argument list too long: has %d bytes; a process takes at most %d in one argument or"
                        + " NAME=value")
                    .formatted(bytes, MAX_STRING));
          }
        });
    return total - before;
  }

  private void reserved(String name) {
    RESERVED.stream()
        .filter(name::startsWith)
        .forEach(
            prefix ->
                wrong(
                    Pointers.child("/env", name),
                    "names that begin with %s are reserved; choose another".formatted(prefix)));
  }

  private void wrong(String pointer, String message) {
    violations.add(new Violation(pointer, message));
  }
}
