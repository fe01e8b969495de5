package dev.caravanserai.server;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.main.DefaultRoutesCollector;
import org.apache.camel.spi.CompilePostProcessor;
import org.apache.camel.spi.Resource;
import org.apache.camel.support.ResourceSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The route files of a folder and of the command line. Their names are used literally, while
 * Camel's patterns interpret {@code ,}, {@code *} and {@code %20}.
 */
final class RouteFiles extends DefaultRoutesCollector implements CompilePostProcessor {
  private static final Logger LOG = LoggerFactory.getLogger(RouteFiles.class);

  private static final Pattern REGISTERED =
      Pattern.compile("@[\\w.]*\\b(BindToRegistry|Consume|Converter)\\b");

  private final List<Path> files = new ArrayList<>();
  private final Path kamelets;

  /**
   * @param kamelets folder of Kamelets, which may use classes of the route files
   * @throws RoutesException if a file does not exist or the folder cannot be read
   */
  RouteFiles(Path folder, Path kamelets, List<String> more) {
    this.kamelets = kamelets;
    try (Stream<Path> all = Files.isDirectory(folder) ? Files.list(folder) : Stream.empty()) {
      all.sorted().forEach(this::addOrWarn);
    } catch (IOException e) {
      throw new RoutesException("The folder %s cannot be read: %s".formatted(folder, e), e);
    }
    for (String file : more) {
      if (!Files.isRegularFile(Path.of(file))) {
        throw new RoutesException(
            "There is no file %s. Give a file of routes such as examples/timer.camel.yaml, the word demo, --help, or nothing."
                .formatted(file));
      }
      if (!file.endsWith(".yaml") && !file.endsWith(".java")) {
        throw new RoutesException(
            "%s is no file of routes: its name must end with .camel.yaml or .java."
                .formatted(file));
      }
      files.add(Path.of(file));
    }
  }

  private void addOrWarn(Path file) {
    String name = file.getFileName().toString();
    if (name.endsWith(".camel.yaml") || name.endsWith(".java")) {
      files.add(file);
    } else if (name.matches(".*\\.ya?ml")) {
      LOG.warn(
          "{} is not loaded: the name of a file of routes ends with .camel.yaml or .java", file);
    }
  }

  /**
   * The first line that has the text, with its file.
   *
   * @param location the resource that is searched first
   */
  Optional<String> find(Optional<String> location, Pattern text) {
    return files.stream()
        .sorted(Comparator.comparing(file -> !location.equals(Optional.of("file:" + file))))
        .flatMap(file -> find(file, text).stream())
        .findFirst();
  }

  private static Optional<String> find(Path file, Pattern text) {
    try {
      List<String> lines = Files.readAllLines(file);
      return IntStream.range(0, lines.size())
          .filter(line -> text.matcher(lines.get(line)).find())
          .mapToObj(line -> place(file, line + 1))
          .findFirst();
    } catch (IOException e) {
      return Optional.empty(); // Camel's message is about the file
    }
  }

  /**
   * Camel ignores a class that is no route builder, that no other file uses and that Camel does not
   * use by an annotation.
   *
   * @throws RoutesException for such a class
   */
  @Override
  public void postCompile(
      CamelContext context, String name, Class<?> type, byte[] code, Object instance) {
    String simple = name.substring(name.lastIndexOf('.') + 1);
    Pattern use = Pattern.compile("\\b" + simple + "\\b");
    boolean used =
        Stream.concat(files.stream(), kamelets())
            .anyMatch(
                file -> find(file, file.endsWith(simple + ".java") ? REGISTERED : use).isPresent());
    if (!used && !(instance instanceof RouteBuilder)) {
      throw new RoutesException(
          "The class %s of %s has no routes, and no other file uses it: let it extend %s, without parameters in its constructor, and start again: nothing was started."
              .formatted(
                  name,
                  files.stream()
                      .filter(file -> file.endsWith(simple + ".java"))
                      .findFirst()
                      .orElseThrow(),
                  RouteBuilder.class.getName()));
    }
  }

  private Stream<Path> kamelets() {
    String[] names = Optional.ofNullable(kamelets.toFile().list()).orElse(new String[0]);
    return Stream.of(names).map(kamelets::resolve).filter(Files::isRegularFile);
  }

  /** A line of the file of this name; empty if there is none. */
  Optional<String> line(String name, int line) {
    return files.stream()
        .filter(file -> file.getFileName().toString().equals(name))
        .map(file -> place(file, line))
        .findFirst();
  }

  private static String place(Path file, int line) {
    return "file:%s, line %d".formatted(file, line);
  }

  @Override
  public Collection<Resource> findRouteResourcesFromDirectory(
      CamelContext context, String excludePattern, String includePattern) {
    return files.stream().<Resource>map(RouteFile::new).toList();
  }

  private static final class RouteFile extends ResourceSupport {
    private final Path file;

    RouteFile(Path file) {
      super("file", "file:" + file);
      this.file = file;
    }

    @Override
    public boolean exists() {
      return Files.exists(file);
    }

    @Override
    public URI getURI() {
      return file.toUri();
    }

    @Override
    public InputStream getInputStream() throws IOException {
      return Files.newInputStream(file);
    }
  }
}
