package dev.caravanserai.cluster;

import java.util.List;

/**
 * A process to start in a container.
 *
 * @param command program and arguments; they become part of a URL that API servers log: no secrets,
 *     and no input of callers, in here
 * @param stdin whether it gets standard input
 * @param tty whether it gets a terminal; standard error then arrives as standard output
 */
public record ExecStart(ContainerRef container, List<String> command, boolean stdin, boolean tty) {
  public ExecStart {
    command = List.copyOf(command);
    if (command.isEmpty()) {
      throw new IllegalArgumentException("a command is needed");
    }
  }
}
