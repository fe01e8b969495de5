package dev.caravanserai.profile;

import dev.caravanserai.session.Names;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Finds names of a profile's objects that another session's object of the same kind could have. */
final class DerivedNames {
  private DerivedNames() {}

  /**
   * @param plan of a session of the default tenant; names with unknown metadata are not compared
   * @return why a name can be equal to one of another session; empty if none can
   */
  static Optional<String> clash(Plan plan) {
    List<HasMetadata> all =
        Stream.concat(Stream.<HasMetadata>of(plan.anchor(), plan.pod()), plan.objects().stream())
            .filter(it -> !it.getMetadata().getName().contains(Expressions.UNKNOWN))
            .toList();
    return all.stream()
        .flatMap(
            object ->
                all.stream()
                    .filter(other -> other.getKind().equals(object.getKind()))
                    .flatMap(other -> idWithName(plan.id(), object, other).stream())
                    .map(
                        id ->
                            "%s %s is also a name of the session with id '%s'; derive it with an ending such as -config, -env or -svc, after which ids are hashed"
                                .formatted(object.getKind(), object.getMetadata().getName(), id)))
        .findFirst();
  }

  /** The id of another session whose other object would have the name of this session's object. */
  private static Optional<String> idWithName(String id, HasMetadata object, HasMetadata other) {
    String name = object.getMetadata().getName();
    String pattern = other.getMetadata().getName();
    int at = pattern.indexOf(id);
    if (at < 0) {
      return Optional.empty();
    }
    String prefix = pattern.substring(0, at);
    String suffix = pattern.substring(at + id.length());
    return Optional.of(name)
        .filter(n -> n.length() > prefix.length() + suffix.length())
        .filter(n -> n.startsWith(prefix) && n.endsWith(suffix))
        .map(n -> n.substring(prefix.length(), n.length() - suffix.length()))
        .filter(rest -> !rest.equals(id))
        .filter(rest -> rest.length() <= Names.SLUG)
        .filter(rest -> Names.slug(SampleRequests.TENANT, rest, Names.SLUG).equals(rest));
  }
}
