package dev.caravanserai.profile;

import dev.caravanserai.session.SessionSpec;
import dev.caravanserai.session.SessionSpec.Storage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Requests with which a profile is tested when the server starts. */
final class SampleRequests {
  static final String TENANT = SessionSpec.DEFAULT_TENANT;

  private SampleRequests() {}

  /**
   * A minimal request, and requests with every field that the profile uses, in which each value
   * that the profile lists for metadata occurs once.
   */
  static List<SessionSpec> of(Profile profile) {
    List<SessionSpec> all = new ArrayList<>();
    all.add(request(profile, field -> field == RequestField.IMAGE, Map.of()));
    int most =
        profile.file().metadata().values().stream()
            .mapToInt(it -> it.values().size())
            .max()
            .orElse(0);
    for (int i = 0; i < Math.max(1, most); i++) {
      all.add(request(profile, field -> true, metadata(profile, i)));
    }
    return all;
  }

  /**
   * The same request of other sessions: with ids that are equal as slugs, one of them no valid
   * name, with the longest id, and of another tenant whose name is no valid one. It is itself the
   * first.
   */
  static List<SessionSpec> sessions(SessionSpec request) {
    List<SessionSpec> all = new ArrayList<>(List.of(request));
    for (String id : List.of("a-b", "A.b", "A~" + "x".repeat(126))) {
      all.add(request.with(to -> to.id(Optional.of(id))));
    }
    all.add(request.with(to -> to.tenant("Sample_tenant-")));
    return all;
  }

  private static SessionSpec request(
      Profile profile, Function<RequestField, Boolean> wanted, Map<String, Object> metadata) {
    Function<RequestField, Boolean> given =
        field -> wanted.apply(field) && field.in(profile.used());
    boolean needed =
        given.apply(RequestField.IMAGE) && !profile.file().defaults().containsKey("image");
    return SessionSpec.of(TENANT)
        .with(
            to ->
                to.profile(Optional.of(profile.name()))
                    .id(Optional.of("sample"))
                    .image(Optional.of("image").filter(image -> needed))
                    .command(given.apply(RequestField.COMMAND) ? List.of("command") : List.of())
                    .args(given.apply(RequestField.ARGS) ? List.of("argument") : List.of())
                    .env(given.apply(RequestField.ENV) ? Map.of("NAME", "value") : Map.of())
                    .workingDir(
                        Optional.of("/directory")
                            .filter(dir -> given.apply(RequestField.WORKING_DIR)))
                    .storage(
                        Optional.of(new Storage("1", Optional.empty(), Optional.empty()))
                            .filter(storage -> given.apply(RequestField.STORAGE)))
                    .labels(Map.of("caravanserai-sample", "true"))
                    .metadata(metadata));
  }

  /** Metadata whose values the profile lists: of each the value at an index, or else its last. */
  private static Map<String, Object> metadata(Profile profile, int index) {
    Map<String, Object> metadata = new LinkedHashMap<>();
    profile
        .file()
        .metadata()
        .forEach(
            (name, schema) -> {
              List<String> values = schema.values();
              if (!values.isEmpty()) {
                metadata.put(name, values.get(Math.min(index, values.size() - 1)));
              }
            });
    return metadata;
  }
}
