package dev.caravanserai.exec;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;

/** A constant shell program of ours, from the class path, without its comments. */
record ShellText(String text) {

  static ShellText load(String name) {
    try (InputStream in = ShellText.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("the jar lacks " + name);
      }
      return new ShellText(
          new String(in.readAllBytes(), StandardCharsets.UTF_8)
              .lines()
              .filter(line -> !line.stripLeading().startsWith("#"))
              .collect(Collectors.joining("\n")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  List<String> command() {
    return List.of("sh", "-c", text);
  }
}
