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

/**
 * All profiles by name: those of a folder, and the shipped ones that it does not replace.
 * Immutable.
 */
public final class Profiles {
  private static final List<String> SHIPPED = List.of("default", "hypha", "raworc", "autogen");

  private final Map<String, Profile> byName;

  private Profiles(Map<String, Profile> byName) {
    this.byName = byName;
  }

  /** The profiles of the jar, with the defaults of their settings. */
  public static Profiles shipped() {
    return load(Optional.empty(), Map.of());
  }

  /**
   * @param folder its {@code *.yaml} and {@code *.yml} are profiles too; one that does not exist
   *     counts as empty
   * @param environment from which settings of profiles such as {@code HYPHA_K8S_NAMESPACE} are
   *     taken
   * @throws FailureException CONFIG_ERROR with every mistake in a file or setting, and its place
   */
  public static Profiles load(Optional<Path> folder, Map<String, String> environment) {
    Mistakes mistakes = new Mistakes();
    Map<String, Profile> own = new TreeMap<>();
    for (Path file : folder.filter(Files::isDirectory).map(Profiles::files).orElse(List.of())) {
      ProfileReader.read(file.toString(), text(file), environment, mistakes)
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
    Map<String, Profile> byName = new TreeMap<>(own);
    for (String name : SHIPPED) {
      if (!own.containsKey(name)) {
        String resource = "profiles/" + name + ".yaml";
        ProfileReader.read("classpath:" + resource, resource(resource), environment, mistakes)
            .ifPresent(profile -> byName.put(name, profile));
      }
    }
    mistakes.throwIfAny();
    return new Profiles(byName);
  }

  /** Names of all profiles, sorted. */
  public Set<String> names() {
    return new TreeSet<>(byName.keySet());
  }

  /** Every namespace that profiles choose themselves, sorted. */
  public Set<String> namespaces() {
    return all().stream()
        .flatMap(profile -> profile.namespace().stream())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /**
   * The kinds of Kubernetes that the profiles of a namespace create; without custom resources.
   *
   * @param usual the namespace of profiles that choose none
   */
  public Set<Class<? extends HasMetadata>> kinds(String namespace, String usual) {
    return all().stream()
        .filter(profile -> profile.namespace().orElse(usual).equals(namespace))
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

  private static List<Path> files(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(f -> f.toString().matches(".*\\.ya?ml")).sorted().toList();
    } catch (IOException e) {
      throw unreadable(folder.toString(), e);
    }
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw unreadable(file.toString(), e);
    }
  }

  private static String resource(String name) {
    try (InputStream in = Profiles.class.getClassLoader().getResourceAsStream(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw unreadable(name, e);
    }
  }

  private static FailureException unreadable(String source, IOException why) {
    return FailureException.of(
        FailureCode.CONFIG_ERROR, "Profile file %s cannot be used: %s.".formatted(source, why));
  }
}
