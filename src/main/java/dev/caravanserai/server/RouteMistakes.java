package dev.caravanserai.server;

import dev.caravanserai.session.Nearest;
import java.io.File;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.camel.FailedToCreateRouteException;
import org.apache.camel.NoSuchEndpointException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells whoever wrote a route what is wrong with it, in place of Camel's chain of exceptions. */
final class RouteMistakes {
  private static final Logger LOG = LoggerFactory.getLogger(RouteMistakes.class);
  private static final String SUFFIX = ".kamelet.yaml";
  private static final Pattern KAMELET = Pattern.compile("/([^/]+)" + Pattern.quote(SUFFIX));
  private static final String COMPONENTS =
      "META-INF/services/org/apache/camel/component.properties";

  private final File kamelets;

  /**
   * @param kamelets the folder of Kamelets, which need not be there
   */
  RouteMistakes(File kamelets) {
    this.kamelets = kamelets;
  }

  /** Arguments of the command line that are no files. */
  static void check(List<String> files) {
    files.stream()
        .filter(file -> !new File(file).isFile())
        .findFirst()
        .ifPresent(
            file -> {
              throw new RoutesException(
                  "There is no file %s. Give a file of routes such as examples/timer.camel.yaml, the word demo, or nothing."
                      .formatted(file));
            });
  }

  /** What Camel threw when it read or made the routes, in words for who wrote them. */
  RoutesException of(Throwable thrown) {
    LOG.debug("what Camel said", thrown);
    List<Throwable> chain = chain(thrown);
    Optional<FailedToCreateRouteException> route =
        chain.stream()
            .filter(FailedToCreateRouteException.class::isInstance)
            .map(FailedToCreateRouteException.class::cast)
            .reduce((outer, inner) -> inner);
    String where =
        route
            .map(e -> "Route %s%s cannot run: ".formatted(e.getRouteId(), place(e)))
            .orElse("The routes cannot run: ");
    return new RoutesException(
        where + reason(chain).strip() + "\nCorrect that and start again: nothing was started.",
        thrown);
  }

  private static String place(FailedToCreateRouteException e) {
    return e.getLocation() == null ? "" : " in " + e.getLocation();
  }

  private String reason(List<Throwable> chain) {
    for (Throwable e : chain) {
      if (e instanceof NoSuchEndpointException missing) {
        String scheme = missing.getUri().replaceFirst(":.*", "");
        return "there is no component " + scheme + "." + Nearest.hint(scheme, components());
      }
      if (e instanceof FileNotFoundException) {
        Matcher kamelet = KAMELET.matcher(String.valueOf(e.getMessage()));
        if (kamelet.find()) {
          String name = kamelet.group(1);
          return "there is no Kamelet " + name + "." + Nearest.hint(name, kamelets());
        }
      }
    }
    Throwable last = chain.get(chain.size() - 1);
    return last.getMessage() == null ? last.toString() : last.getMessage();
  }

  private static List<Throwable> chain(Throwable thrown) {
    return Stream.iterate(thrown, e -> e != null, Throwable::getCause).limit(20).toList();
  }

  private Collection<String> kamelets() {
    return Arrays.stream(Optional.ofNullable(kamelets.list()).orElse(new String[0]))
        .filter(file -> file.endsWith(SUFFIX))
        .map(file -> file.substring(0, file.length() - SUFFIX.length()))
        .toList();
  }

  /** Each Camel jar on the class path lists those that it has. */
  private static Collection<String> components() {
    Set<String> names = new TreeSet<>();
    try {
      ClassLoader loader = RouteMistakes.class.getClassLoader();
      for (URL url : Collections.list(loader.getResources(COMPONENTS))) {
        Properties listed = new Properties();
        try (InputStream in = url.openStream()) {
          listed.load(in);
        }
        names.addAll(List.of(listed.getProperty("components", "").split("\\s+")));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return names;
  }
}
