package dev.caravanserai.profile;

import dev.caravanserai.session.InvalidRequestException;
import dev.caravanserai.session.InvalidRequestException.Violation;
import dev.caravanserai.session.Labels;
import dev.caravanserai.session.ProcessInput;
import dev.caravanserai.session.SessionSpec;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** What a request must keep to. All that is wrong is found before anything is said. */
final class RequestRules {
  private static final Pattern ENV = Pattern.compile("[A-Za-z_][A-Za-z0-9_.-]{0,252}");
  private static final Pattern LABEL_VALUE =
      Pattern.compile("(?:[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?)?");
  private static final Pattern QUALIFIED =
      Pattern.compile(
          "(?:(?=[^/]{1,253}/)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*/)?"
              + "[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?");
  private static final Pattern SUBDOMAIN =
      Pattern.compile("[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*");
  private static final Pattern IMAGE =
      Pattern.compile(
          "(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::[0-9]{1,5})?/)?"
              + "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*"
              + "(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(?:@sha256:[a-f0-9]{64})?");

  /** No text that a pod is made of is longer. */
  static final int MAX_TEXT = 4096;

  private final List<Violation> violations = new ArrayList<>();

  /** The request itself, whatever the profile. */
  void request(SessionSpec spec) {
    spec.id().ifPresent(this::id);
    spec.image().ifPresent(this::image);
    spec.workingDir().ifPresent(dir -> absolute("/workingDir", dir));
    texts("/command", spec.command());
    texts("/args", spec.args());
    spec.env().forEach(this::env);
    violations.addAll(ProcessInput.violations(spec.command(), spec.args(), spec.env()));
    spec.labels().forEach(this::label);
    quantities("/resources/limits", spec.resources().limits());
    quantities("/resources/requests", spec.resources().requests());
    spec.storage().ifPresent(this::storage);
  }

  void timeout(Duration timeout, Duration most) {
    if (timeout.isNegative() || timeout.isZero() || timeout.compareTo(most) > 0) {
      add(
          "/timeoutSeconds",
          "must be 1 to %d seconds, not %d".formatted(most.toSeconds(), timeout.toSeconds()));
    }
  }

  /** Requests against limits, once both are complete. */
  void order(Map<String, String> limits, Map<String, String> requests) {
    requests.forEach(
        (name, request) -> {
          String limit = limits.get(name);
          String at = "/resources/requests/" + pointer(name);
          if (limit != null && more(request, limit) && !said(at)) {
            add(at, "must not exceed the limit " + limit);
          }
        });
  }

  /** What the profile gives at most. */
  void most(SessionSpec asked, Map<String, String> resources, Optional<String> storage) {
    resources.forEach(
        (name, most) -> {
          notMore("/resources/limits/", name, asked.resources().limits(), most);
          notMore("/resources/requests/", name, asked.resources().requests(), most);
        });
    asked
        .storage()
        .filter(wanted -> storage.filter(most -> more(wanted.size(), most)).isPresent())
        .ifPresent(wanted -> add("/storage/size", "must not exceed " + storage.get()));
  }

  private void notMore(String at, String name, Map<String, String> asked, String most) {
    Optional.ofNullable(asked.get(name))
        .filter(amount -> more(amount, most))
        .ifPresent(amount -> add(at + pointer(name), "must not exceed " + most));
  }

  private static boolean more(String amount, String most) {
    Optional<BigDecimal> asked = Quantities.amount(amount);
    Optional<BigDecimal> limit = Quantities.amount(most);
    return asked.isPresent() && limit.isPresent() && asked.get().compareTo(limit.get()) > 0;
  }

  /** The profile's own labels are how others find its objects: a caller cannot replace them. */
  void clash(Map<String, String> labels, Set<String> taken, String profile) {
    for (String key : labels.keySet()) {
      if (taken.contains(key)) {
        add("/labels/" + pointer(key), "profile %s sets this label itself".formatted(profile));
      }
    }
  }

  /** What of the metadata means something to the profile. */
  void metadata(Map<String, ?> metadata, Map<String, MetadataSchema> meanings) {
    MetadataSchema.check(meanings, metadata, this::add);
  }

  private boolean said(String pointer) {
    return violations.stream().anyMatch(v -> v.pointer().equals(pointer));
  }

  void add(String pointer, String message) {
    violations.add(new Violation(pointer, message));
  }

  /**
   * @throws InvalidRequestException with all violations, if there is one
   */
  void hold() {
    if (!violations.isEmpty()) {
      throw new InvalidRequestException(violations);
    }
  }

  private void id(String id) {
    if (id.isEmpty() || id.length() > 253 || !id.codePoints().allMatch(RequestRules::printable)) {
      add("/id", "must be 1 to 253 printable characters");
    }
  }

  private void image(String image) {
    if (!isImage(image)) {
      add("/image", "'%s' is no image reference such as registry/name:tag".formatted(image));
    }
  }

  static boolean isImage(String text) {
    return text.length() <= 1024 && IMAGE.matcher(text).matches();
  }

  private void env(String name, String value) {
    if (!ENV.matcher(name).matches()) {
      add(
          "/env/" + pointer(name),
          "a variable's name is letters, digits and _.- and begins with no digit");
    } else if (value.indexOf('\0') >= 0) {
      add("/env/" + pointer(name), "a value cannot hold a NUL character");
    }
  }

  private void label(String key, String value) {
    String at = "/labels/" + pointer(key);
    if (key.startsWith(Labels.PREFIX) || key.equals(Labels.MANAGED_BY)) {
      add(at, "this label is Caravanserai's own; choose another");
    } else if (!QUALIFIED.matcher(key).matches()) {
      add(at, "this is no label key of Kubernetes");
    } else if (!LABEL_VALUE.matcher(value).matches()) {
      add(at, "'%s' is no label value: 63 letters, digits and _.- at most".formatted(value));
    }
  }

  private void quantities(String path, Map<String, String> resources) {
    resources.forEach(
        (name, quantity) -> {
          if (!QUALIFIED.matcher(name).matches()) {
            add(path + "/" + pointer(name), "this is no name of a resource");
          } else if (Quantities.amount(quantity).isEmpty()) {
            add(
                path + "/" + pointer(name),
                "'%s' is no quantity such as 500m or 1Gi".formatted(quantity));
          }
        });
  }

  private void storage(SessionSpec.Storage storage) {
    if (Quantities.amount(storage.size()).filter(a -> a.signum() > 0).isEmpty()) {
      add("/storage/size", "'%s' is no quantity such as 1Gi".formatted(storage.size()));
    }
    storage
        .storageClass()
        .filter(name -> name.length() > 253 || !SUBDOMAIN.matcher(name).matches())
        .ifPresent(name -> add("/storage/storageClass", "'%s' is no name".formatted(name)));
    storage.path().ifPresent(path -> absolute("/storage/path", path));
  }

  private void absolute(String at, String path) {
    if (!path.startsWith("/") || path.indexOf('\0') >= 0) {
      add(at, "must be an absolute path");
    } else if (at.startsWith("/storage") && (path.equals("/") || path.contains(":"))) {
      add(at, "a volume cannot be mounted at " + path);
    }
  }

  private void texts(String path, List<String> texts) {
    for (int i = 0; i < texts.size(); i++) {
      if (texts.get(i).indexOf('\0') >= 0) {
        add(path + "/" + i, "cannot hold a NUL character");
      }
    }
  }

  private static boolean printable(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.UNASSIGNED,
          Character.SURROGATE,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      default -> true;
    };
  }

  /** A key as a token of a JSON pointer (RFC 6901). */
  static String pointer(String key) {
    return key.replace("~", "~0").replace("/", "~1");
  }
}
