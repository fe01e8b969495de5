package dev.caravanserai.profile;

import dev.caravanserai.cluster.ObjectRef;
import dev.caravanserai.session.Names;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Finds names of a profile's objects that another session's object of the same kind could have. */
final class DerivedNames {
  private DerivedNames() {}

  /**
   * @param plan of a session of the default tenant
   * @return why a name can be equal to one of another session; empty if none can
   */
  static Optional<String> clash(Plan plan) {
    List<HasMetadata> all = objects(plan).toList();
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

  /**
   * @param plans of different sessions
   * @return a mistake for each object whose name is equal in two of them
   */
  static Collection<String> shared(List<Plan> plans) {
    Map<ObjectRef, Plan> first = new HashMap<>();
    Map<ObjectRef, String> found = new LinkedHashMap<>();
    for (Plan plan : plans) {
      objects(plan)
          .map(ObjectRef::to)
          .filter(object -> first.computeIfAbsent(object, its -> plan) != plan)
          .forEach(object -> found.putIfAbsent(object, why(object, first.get(object), plan)));
    }
    return found.values();
  }

  private static String why(ObjectRef object, Plan one, Plan other) {
    return "%s %s: %s; derive its name from the session's, such as ${names.pod}-config"
        .formatted(
            object.kind(),
            object.name().replace(Expressions.UNKNOWN, "${metadata…}"),
            session(one) + " and " + session(other) + " would both have an object of this name");
  }

  private static String session(Plan plan) {
    return "session '%s' of tenant '%s'".formatted(plan.id(), plan.spec().tenant());
  }

  private static Stream<HasMetadata> objects(Plan plan) {
    return Stream.concat(
        Stream.<HasMetadata>of(plan.anchor(), plan.pod()), plan.objects().stream());
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
