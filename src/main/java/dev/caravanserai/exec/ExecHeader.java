package dev.caravanserai.exec;

import dev.caravanserai.session.ExecSpec;
import dev.caravanserai.session.InvalidRequestException;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** What supervise.sh reads before the command's own standard input; see there for the format. */
final class ExecHeader {
  /** What Linux allows for one argument, its final NUL counted (MAX_ARG_STRLEN, execve(2)). */
  static final int MAX_ARGUMENT = 128 * 1024;

  /** Carries the exec's id into the environment of all its processes. */
  static final String MARKER = "CARAVANSERAI_EXEC_ID";

  private static final int LINES_AT_A_TIME = 64;
  private static final Pattern ENV_NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
  private static final Set<String> OF_THE_SHELL =
      Set.of("PPID", "UID", "EUID", "SHELLOPTS", "BASHOPTS", "BASH_VERSINFO", "_", MARKER);

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  private ExecHeader() {}

  /** Refuses what no process can be given; touches nothing. */
  static void check(ExecSpec spec) {
    for (int i = 0; i < spec.command().size(); i++) {
      String word = spec.command().get(i);
      refuseNul("/command/" + i, word);
      if (bytes(word).length >= MAX_ARGUMENT) {
        throw InvalidRequestException.at(
            "/command/" + i, "is longer than the 131071 bytes that Linux allows; use stdin");
      }
    }
    spec.script().ifPresent(script -> refuseNul("/script", script));
    spec.shell().ifPresent(shell -> refuseNul("/shell", shell));
    spec.workingDir().ifPresent(dir -> refuseNul("/workingDir", dir));
    spec.env()
        .forEach(
            (name, value) -> {
              if (!ENV_NAME.matcher(name).matches() || name.startsWith("__cs_")) {
                throw InvalidRequestException.at(
                    "/env", "\"" + name + "\" is no name of letters, digits and _");
              }
              if (OF_THE_SHELL.contains(name)) {
                throw InvalidRequestException.at(
                    "/env", "\"" + name + "\" is set by the shell or by us; choose another name");
              }
              refuseNul("/env/" + name, value);
              if (bytes(name + "=" + value).length >= MAX_ARGUMENT) {
                throw InvalidRequestException.at(
                    "/env/" + name, "is longer than the 131071 bytes that Linux allows");
              }
            });
  }

  static byte[] encode(String mark, String execId, ExecSpec spec, boolean stdinEnds) {
    ExecHeader header = new ExecHeader();
    header.value(mark);
    spec.stdin()
        .ifPresent(
            stdin -> {
              if (!stdinEnds) {
                header.value("h");
              }
              header.record("i", stdinEnds ? "all" : String.valueOf(stdin.length));
            });
    header.exported(MARKER, execId);
    spec.env().forEach(header::exported);
    spec.workingDir()
        .filter(dir -> !dir.isEmpty())
        .ifPresent(dir -> header.record("d", dir.startsWith("/") ? dir : "./" + dir));
    header.arguments(spec).forEach(word -> header.record("a", word));
    header.value("r");
    return header.out.toByteArray();
  }

  private List<String> arguments(ExecSpec spec) {
    if (spec.script().isEmpty()) {
      return spec.command();
    }
    String shell = spec.shell().orElse("sh");
    String script = spec.script().get();
    if (bytes(script).length < MAX_ARGUMENT) {
      return List.of(shell, "-c", script);
    }
    record("s", script);
    return List.of(shell, "/dev/fd/5");
  }

  private void exported(String name, String value) {
    value("e");
    record(name, value);
  }

  private void record(String kind, String value) {
    value(kind);
    value(value);
  }

  private void value(String value) {
    String[] lines = value.split("\n", -1);
    int last = lines.length - 1;
    for (int i = 0; i < last; i++) {
      line(i % LINES_AT_A_TIME == LINES_AT_A_TIME - 1 ? ':' : '+', lines[i]);
    }
    line('=', lines[last]);
  }

  private void line(char kind, String line) {
    out.write(kind);
    out.writeBytes(bytes(line));
    out.write('\n');
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static void refuseNul(String pointer, String text) {
    if (text.indexOf('\0') >= 0) {
      throw InvalidRequestException.at(pointer, "holds a NUL, which no process can be given");
    }
  }
}
