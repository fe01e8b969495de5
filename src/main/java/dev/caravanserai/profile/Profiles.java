package dev.caravanserai.profile;

import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.FailureException;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** All profiles by name: the shipped ones, and those of a folder, which replace them. Immutable. */
public final class Profiles {
  private static final List<String> SHIPPED = List.of("default", "hypha", "raworc", "autogen");

  private final Map<String, Profile> byName;

  private Profiles(Map<String, Profile> byName) {
    this.byName = byName;
  }

  /** The profiles that come with the jar. */
  public static Profiles shipped() {
    return load(Optional.empty());
  }

  /**
   * @param folder its {@code *.yaml} are profiles too; one that is not there counts as empty
   * @throws FailureException CONFIG_ERROR with every file that is no profile, and every mistake in
   *     it with its place
   */
  public static Profiles load(Optional<Path> folder) {
    Map<String, Profile> byName = new TreeMap<>();
    for (String name : SHIPPED) {
      String resource = "profiles/" + name + ".yaml";
      byName.put(name, ProfileReader.read("classpath:" + resource, resource(resource)));
    }
    folder.filter(Files::isDirectory).ifPresent(path -> byName.putAll(own(path)));
    return new Profiles(byName);
  }

  private static Map<String, Profile> own(Path folder) {
    Map<String, Profile> own = new TreeMap<>();
    Mistakes mistakes = new Mistakes();
    for (Path file : files(folder)) {
      ProfileReader.read(file.toString(), text(file), mistakes)
          .ifPresent(
              profile -> {
                Profile other = own.put(profile.name(), profile);
                if (other != null) {
                  mistakes.in(
                      file.toString(),
                      "/name",
                      "profile %s is in %s already".formatted(other.name(), other.source()));
                }
              });
    }
    mistakes.throwIfAny();
    return own;
  }

  /** Names of all profiles, sorted. */
  public Set<String> names() {
    return new TreeSet<>(byName.keySet());
  }

  /**
   * Every namespace that profiles choose themselves, sorted; the cluster's default comes on top.
   *
   * @param environment environment-style settings by name
   * @throws FailureException CONFIG_ERROR with every setting of a profile that has a bad value, and
   *     every namespace that is none
   */
  public Set<String> namespaces(Map<String, String> environment) {
    Set<String> namespaces = new TreeSet<>();
    Mistakes mistakes = new Mistakes();
    byName.values().forEach(profile -> profile.settings(environment, mistakes));
    mistakes.throwIfAny();
    for (Profile profile : byName.values()) {
      try {
        profile.namespace(environment).ifPresent(namespaces::add);
      } catch (FailureException e) {
        mistakes.add(e.failure().message());
      }
    }
    mistakes.throwIfAny();
    return namespaces;
  }

  /**
   * The kinds of Kubernetes that the profiles of a namespace create; without custom resources.
   *
   * @param usual the namespace of profiles that choose none
   */
  public Set<Class<? extends HasMetadata>> kinds(
      Map<String, String> environment, String namespace, String usual) {
    return all().stream()
        .filter(profile -> profile.namespace(environment).orElse(usual).equals(namespace))
        .flatMap(profile -> profile.file().objects().stream())
        .map(object -> Kind.of((Map<?, ?>) object))
        .filter(kind -> !kind.custom())
        .map(Kind::type)
        .collect(Collectors.toUnmodifiableSet());
  }

  Collection<Profile> all() {
    return byName.values();
  }

  Optional<Profile> find(String name) {
    return Optional.ofNullable(byName.get(name));
  }

  private static String resource(String name) {
    try (InputStream in = Profiles.class.getClassLoader().getResourceAsStream(name)) {
      if (in == null) {
        throw unreadable(Path.of(name), "it is missing from the class path");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw unreadable(Path.of(name), e.toString());
    }
  }

  private static List<Path> files(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(f -> f.toString().matches(".*\\.ya?ml")).sorted().toList();
    } catch (IOException e) {
      throw unreadable(folder, e.toString());
    }
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw unreadable(file, e.toString());
    }
  }

  private static FailureException unreadable(Path file, String why) {
    return FailureException.of(
        FailureCode.CONFIG_ERROR, "Profile file %s cannot be used: %s.".formatted(file, why));
  }
}
