package dev.caravanserai.exec;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A constant shell program of ours, from the class path, without its comments and indentation: it
 * becomes part of a URL, and servers in between may refuse one of more than 8 KiB.
 */
record ShellText(String text) {

  static ShellText load(String name) {
    try (InputStream in = ShellText.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("the jar lacks " + name);
      }
      return new ShellText(
          new String(in.readAllBytes(), StandardCharsets.UTF_8)
              .lines()
              .map(String::stripLeading)
              .filter(line -> !line.startsWith("#"))
              .collect(Collectors.joining("\n")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  List<String> command() {
    return List.of("sh", "-c", text);
  }
}
