package dev.caravanserai;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/** What a document shows in blocks. */
final class Markdown {
  private static final Pattern BLOCK =
      Pattern.compile("^```(\\w+)\n(.*?)^```$", Pattern.DOTALL | Pattern.MULTILINE);

  /** One block and the language that it says it is in. */
  record Block(String language, String text) {}

  private Markdown() {}

  static List<Block> blocks(Path document) throws IOException {
    return BLOCK
        .matcher(Files.readString(document))
        .results()
        .map(r -> new Block(r.group(1), r.group(2)))
        .toList();
  }
}
