package dev.caravanserai.session;

import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One command to run in a session: either an argv or a script.
 *
 * @param command program and arguments, run as given, without a shell; empty when there is a script
 * @param script text for the shell, passed unchanged
 * @param shell the shell that runs the script
 * @param stdin bytes for its standard input, which ends after them; empty for none
 * @param env environment variables on top of the container's
 * @param workingDir where it runs; empty for the container's own
 * @param container empty for the session's main container
 * @param timeout time limit; empty for the default
 * @param encoding encoding of its output
 */
@RecordBuilder
public record ExecSpec(
    List<String> command,
    Optional<String> script,
    Optional<String> shell,
    Optional<byte[]> stdin,
    Map<String, String> env,
    Optional<String> workingDir,
    Optional<String> container,
    Optional<Duration> timeout,
    Encoding encoding)
    implements ExecSpecBuilder.With {

  /** Encoding of the output. */
  public enum Encoding {
    /** Decoded; invalid UTF-8 becomes U+FFFD. */
    UTF8,
    /** Every byte unchanged. */
    BASE64
  }

  public ExecSpec {
    command = command == null ? List.of() : List.copyOf(command);
    env = env == null ? Map.of() : Collections.unmodifiableMap(new LinkedHashMap<>(env));
    encoding = encoding == null ? Encoding.UTF8 : encoding;
    if (command.isEmpty() == script.isEmpty()) {
      throw InvalidRequestException.at("", "exactly one of command and script is needed");
    }
  }

  public static ExecSpec command(String... command) {
    return ExecSpecBuilder.builder().command(List.of(command)).build();
  }

  public static ExecSpec script(String script) {
    return ExecSpecBuilder.builder().script(Optional.of(script)).build();
  }

  public ExecSpec withTimeout(Duration timeout) {
    return with(to -> to.timeout(Optional.of(timeout)));
  }
}
