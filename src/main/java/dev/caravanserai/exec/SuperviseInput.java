package dev.caravanserai.exec;

import dev.caravanserai.session.ExecSpec;
import dev.caravanserai.session.InvalidRequestException;
import dev.caravanserai.session.InvalidRequestException.Violation;
import dev.caravanserai.session.Pointers;
import dev.caravanserai.session.ProcessInput;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What supervise.sh reads before the command's own standard input; see there for the format. Every
 * value of a caller becomes one single-quoted word, the only characters of a shell in which are its
 * quotes (POSIX, Shell Command Language, 2.2.2).
 */
final class SuperviseInput {
  /** Carries the exec's id into the environment of all its processes. */
  static final String MARKER = "CARAVANSERAI_EXEC_ID";

  /** In no text that is UTF-8; separates the variables of an environment. */
  private static final int SEPARATOR = 255;

  /** Requests that are longer come in whole blocks, filled up with newlines. */
  private static final int BLOCK = 4096;

  private static final Pattern ENV_NAME = Pattern.compile("[-._A-Za-z][-._A-Za-z0-9]*");
  private static final Pattern BOURNE_SHELL = Pattern.compile("(.*/)?(ba|da|a|k|mk|z)?sh");

  private SuperviseInput() {}

  /**
   * @throws InvalidRequestException that lists every value that cannot be passed to a process
   */
  static void check(ExecSpec spec) {
    List<Violation> violations = new ArrayList<>(ProcessInput.ofExec(spec.command(), spec.env()));
    for (int i = 0; i < spec.command().size(); i++) {
      nul("/command/" + i, spec.command().get(i), violations);
    }
    spec.script().ifPresent(script -> nul("/script", script, violations));
    spec.shell().ifPresent(shell -> nul("/shell", shell, violations));
    spec.workingDir().ifPresent(dir -> nul("/workingDir", dir, violations));
    spec.env()
        .forEach(
            (name, value) -> {
              String pointer = Pointers.child("/env", name);
              nul(pointer, value, violations);
              if (!ENV_NAME.matcher(name).matches()) {
                violations.add(
                    new Violation(
                        pointer,
                        "is no name of letters, digits, '_', '-' and '.' that begins with no"
                            + " digit"));
              }
            });
    if (!violations.isEmpty()) {
      throw new InvalidRequestException(violations);
    }
  }

  private static void nul(String pointer, String text, List<Violation> violations) {
    if (text.indexOf('\0') >= 0) {
      violations.add(new Violation(pointer, "has a NUL character, which no process can be given"));
    }
  }

  /**
   * @param stdinEnds whether the connection can end standard input by itself
   */
  static byte[] encode(String mark, String execId, ExecSpec spec, boolean stdinEnds) {
    byte[] request = request(execId, spec, stdinEnds).getBytes(StandardCharsets.UTF_8);
    int blocks = request.length > BLOCK ? (request.length + BLOCK - 1) / BLOCK : 0;
    ByteArrayOutputStream out = new ByteArrayOutputStream(request.length + 2 * BLOCK);
    out.writeBytes((mark + "\n").getBytes(StandardCharsets.UTF_8));
    out.write(SEPARATOR);
    out.writeBytes(("\n" + blocks + "\n").getBytes(StandardCharsets.UTF_8));
    out.writeBytes(request);
    for (int i = request.length; i < blocks * BLOCK; i++) {
      out.write('\n');
    }
    out.writeBytes((mark + "\n").getBytes(StandardCharsets.UTF_8));
    return out.toByteArray();
  }

  private static String request(String execId, ExecSpec spec, boolean stdinEnds) {
    StringBuilder text = new StringBuilder();
    List<String> command = command(spec, text);
    spec.stdin()
        .map(stdin -> stdinEnds ? "all" : String.valueOf(stdin.length))
        .ifPresent(length -> assign("__cs_in", length, text));
    spec.workingDir()
        .filter(dir -> !dir.isEmpty())
        .ifPresent(dir -> assign("__cs_dir", dir.startsWith("/") ? dir : "./" + dir, text));
    if (spec.env().containsKey("PATH")) {
      assign("__cs_path", spec.env().get("PATH"), text);
    }
    assign("__cs_prog", command.get(0), text);
    String variables =
        spec.env().entrySet().stream()
            .map(e -> " " + quoted(e.getKey() + "=" + e.getValue()))
            .collect(Collectors.joining());
    String arguments =
        command.stream().skip(1).map(word -> " " + quoted(word)).collect(Collectors.joining());
    return text.append("export " + MARKER + "=" + execId + "\n")
        .append("__cs_vars() { \"$@\" " + MARKER + "=" + execId + variables + "; }\n")
        .append("__cs_args() { \"$@\" \"$__cs_prog\"" + arguments + "; }\n")
        .toString();
  }

  private static List<String> command(ExecSpec spec, StringBuilder text) {
    if (spec.script().isEmpty()) {
      return spec.command();
    }
    String shell = spec.shell().orElse("sh");
    String script = spec.script().get();
    if (script.getBytes(StandardCharsets.UTF_8).length > ProcessInput.MAX_STRING) {
      assign("__cs_long", script, text);
      // As a file, bash would read a pipe byte by byte.
      return BOURNE_SHELL.matcher(shell).matches()
          ? List.of(shell, "-c", ". /dev/fd/5", shell)
          : List.of(shell, "/dev/fd/5");
    }
    return script.startsWith("-") || script.startsWith("+")
        ? List.of(shell, "-c", "--", script)
        : List.of(shell, "-c", script);
  }

  private static void assign(String name, String value, StringBuilder text) {
    text.append(name).append('=').append(quoted(value)).append('\n');
  }

  private static String quoted(String value) {
    return "'" + value.replace("'", "'\\''") + "'";
  }
}
