package dev.caravanserai.session;

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
    command = command == null ? List.of() : List.copyOf(command);
    env = env == null ? Map.of() : Collections.unmodifiableMap(new LinkedHashMap<>(env));
    encoding = encoding == null ? Encoding.UTF8 : encoding;
    if (command.isEmpty() == script.isEmpty()) {
      throw InvalidRequestException.at("", "exactly one of command and script is needed");
    }
  }

  public static ExecSpec command(String... command) {
    return builder().command(List.of(command)).build();
  }

  public static ExecSpec script(String script) {
    return builder().script(script).build();
  }

  public static Builder builder() {
    return new Builder();
  }

  public ExecSpec withTimeout(Duration timeout) {
    return toBuilder().timeout(timeout).build();
  }

  public ExecSpec withStdin(byte[] stdin) {
    return toBuilder().stdin(stdin).build();
  }

  private Builder toBuilder() {
    Builder builder = new Builder();
    builder.command = command;
    builder.script = script;
    builder.shell = shell;
    builder.stdin = stdin;
    builder.env = env;
    builder.workingDir = workingDir;
    builder.container = container;
    builder.timeout = timeout;
    builder.encoding = encoding;
    return builder;
  }

  /** Makes an exec request by the names of its parts; null is none. */
  public static final class Builder {
    private List<String> command = List.of();
    private Optional<String> script = Optional.empty();
    private Optional<String> shell = Optional.empty();
    private Optional<byte[]> stdin = Optional.empty();
    private Map<String, String> env = Map.of();
    private Optional<String> workingDir = Optional.empty();
    private Optional<String> container = Optional.empty();
    private Optional<Duration> timeout = Optional.empty();
    private Encoding encoding = Encoding.UTF8;

    private Builder() {}

    public Builder command(List<String> command) {
      this.command = command;
      return this;
    }

    public Builder script(String script) {
      this.script = Optional.ofNullable(script);
      return this;
    }

    public Builder shell(String shell) {
      this.shell = Optional.ofNullable(shell);
      return this;
    }

    public Builder stdin(byte[] stdin) {
      this.stdin = Optional.ofNullable(stdin);
      return this;
    }

    public Builder env(Map<String, String> env) {
      this.env = env;
      return this;
    }

    public Builder workingDir(String workingDir) {
      this.workingDir = Optional.ofNullable(workingDir);
      return this;
    }

    public Builder container(String container) {
      this.container = Optional.ofNullable(container);
      return this;
    }

    public Builder timeout(Duration timeout) {
      this.timeout = Optional.ofNullable(timeout);
      return this;
    }

    public Builder encoding(Encoding encoding) {
      this.encoding = encoding;
      return this;
    }

    public ExecSpec build() {
      return new ExecSpec(
          command, script, shell, stdin, env, workingDir, container, timeout, encoding);
    }
  }
}
