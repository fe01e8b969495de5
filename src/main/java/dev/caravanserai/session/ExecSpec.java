package dev.caravanserai.session;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * One command to run in a session: either an argv or a script.
 *
 * @param command program and arguments, run as given, without a shell; empty when there is a script
 * @param script text for the shell, arrives unchanged
 * @param shell which shell takes the script
 * @param stdin bytes for its standard input, which ends after them; empty for none
 * @param env environment variables on top of the container's
 * @param workingDir where it runs; empty for the container's own
 * @param container empty for the session's main container
 * @param timeout after which it is ended; empty for the default
 * @param encoding how its output is given back
 */
public record ExecSpec(
    List<String> command,
    Optional<String> script,
    Optional<String> shell,
    Optional<byte[]> stdin,
    Map<String, String> env,
    Optional<String> workingDir,
    Optional<String> container,
    Optional<Duration> timeout,
    Encoding encoding) {

  /** How output is given back. */
  public enum Encoding {
    /** Decoded; bytes that are no UTF-8 become U+FFFD. */
    UTF8,
    /** Every byte as it was. */
    BASE64
  }

  public ExecSpec {
    command = List.copyOf(command);
    env = Collections.unmodifiableMap(new LinkedHashMap<>(env));
    Objects.requireNonNull(encoding, "encoding");
    if (command.isEmpty() == script.isEmpty()) {
      throw InvalidRequestException.at("", "exactly one of command and script is needed");
    }
  }

  public static ExecSpec command(String... command) {
    return new ExecSpec(
        List.of(command),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Map.of(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Encoding.UTF8);
  }

  public static ExecSpec script(String script) {
    return new ExecSpec(
        List.of(),
        Optional.of(script),
        Optional.empty(),
        Optional.empty(),
        Map.of(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Encoding.UTF8);
  }

  public ExecSpec withTimeout(Duration timeout) {
    return new ExecSpec(
        command, script, shell, stdin, env, workingDir, container, Optional.of(timeout), encoding);
  }

  public ExecSpec withStdin(byte[] stdin) {
    return new ExecSpec(
        command, script, shell, Optional.of(stdin), env, workingDir, container, timeout, encoding);
  }
}
