package dev.caravanserai.profile;

import dev.caravanserai.session.InvalidRequestException;
import dev.caravanserai.session.InvalidRequestException.Violation;
import dev.caravanserai.session.Pointers;
import dev.caravanserai.session.ProcessInput;
import dev.caravanserai.session.SessionSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** Rules for requests beside the API's contract. Finds all violations at once. */
final class RequestRules {
  private static final Pattern IMAGE =
      Pattern.compile(
          "(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::[0-9]{1,5})?/)?"
              + "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*"
              + "(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(?:@sha256:[a-f0-9]{64})?");

  private final List<Violation> violations = new ArrayList<>();

  static boolean isImage(String text) {
    return text.length() <= 1024 && IMAGE.matcher(text).matches();
  }

  /** Values that a request or a profile's defaults may give. */
  RequestRules values(SessionSpec spec) {
    spec.image()
        .filter(image -> !isImage(image))
        .ifPresent(
            i -> add("/image", "'%s' is not an image reference such as registry/name:tag", i));
    spec.workingDir()
        .filter(dir -> !dir.startsWith("/"))
        .ifPresent(dir -> add("/workingDir", "must be an absolute path, not '%s'", dir));
    quantities("/resources/limits", spec.resources().limits());
    quantities("/resources/requests", spec.resources().requests());
    spec.storage().ifPresent(this::storage);
    return this;
  }

  void process(SessionSpec spec) {
    violations.addAll(ProcessInput.violations(spec.command(), spec.args(), spec.env()));
  }

  /**
   * @param source of the maximum: a setting, or the profile
   */
  void timeout(Duration timeout, Duration most, String source) {
    if (timeout.compareTo(most) > 0) {
      add(
          "/timeoutSeconds",
          "is %d s; the longest is %d s (%s)",
          timeout.toSeconds(),
          most.toSeconds(),
          source);
    }
  }

  /** Fields that the profile would ignore. */
  void unused(SessionSpec spec, Profile profile) {
    RequestField.unused(profile.used())
        .filter(field -> field.in(spec))
        .forEach(
            field ->
                add(
                    "/" + field.key(),
                    "profile %s does not use this field: remove it, or choose another profile",
                    profile.name()));
  }

  /** Requests against limits, once both are complete. */
  void order(SessionSpec.Resources resources) {
    resources
        .requests()
        .forEach(
            (name, request) ->
                notMore(
                    "/resources/requests",
                    name,
                    request,
                    resources.limits().get(name),
                    "the limit of the same resource"));
  }

  /** The limits of the profile. */
  void most(SessionSpec asked, Profile profile) {
    String source = "the limit of profile " + profile.name();
    profile
        .limits()
        .quantities()
        .forEach(
            (name, most) -> {
              notMore(
                  "/resources/limits", name, asked.resources().limits().get(name), most, source);
              notMore(
                  "/resources/requests",
                  name,
                  asked.resources().requests().get(name),
                  most,
                  source);
            });
    String most = profile.limits().storageSize().orElse(null);
    asked.storage().ifPresent(wanted -> notMore("/storage", "size", wanted.size(), most, source));
  }

  private void notMore(String at, String name, String amount, String most, String source) {
    String pointer = Pointers.child(at, name);
    if (amount != null
        && most != null
        && Quantities.less(most, amount)
        && violations.stream().noneMatch(v -> v.pointer().equals(pointer))) {
      add(pointer, "must not exceed %s, %s", most, source);
    }
  }

  /** A request cannot replace the profile's own labels, by which others find its objects. */
  void clash(Map<String, String> labels, Set<String> taken, String profile) {
    labels.keySet().stream()
        .filter(taken::contains)
        .forEach(
            key ->
                add(Pointers.child("/labels", key), "profile %s sets this label itself", profile));
  }

  /** Metadata for which the profile has a schema. */
  void metadata(Map<String, ?> metadata, Map<String, MetadataSchema> schemas) {
    schemas.forEach(
        (name, schema) ->
            schema.check(Pointers.child("/metadata", name), metadata.get(name), this::violation));
  }

  void add(String pointer, String message, Object... values) {
    violation(pointer, message.formatted(values));
  }

  private void violation(String pointer, String message) {
    violations.add(new Violation(pointer, message));
  }

  List<Violation> violations() {
    return violations;
  }

  /**
   * @throws InvalidRequestException with all violations, if there are any
   */
  void throwIfAny() {
    if (!violations.isEmpty()) {
      throw new InvalidRequestException(violations);
    }
  }

  private void quantities(String path, Map<String, String> resources) {
    resources.forEach(
        (name, quantity) -> {
          String pointer = Pointers.child(path, name);
          ObjectRules.key(name).ifPresent(why -> violation(pointer, why));
          if (Quantities.amount(quantity).isEmpty()) {
            add(pointer, "'%s' is not a quantity such as 500m or 1Gi", quantity);
          }
        });
  }

  private void storage(SessionSpec.Storage storage) {
    if (Quantities.amount(storage.size()).filter(a -> a.signum() > 0).isEmpty()) {
      add("/storage/size", "'%s' is not a quantity above 0 such as 1Gi", storage.size());
    }
    storage
        .storageClass()
        .filter(name -> !ObjectRules.isSubdomain(name))
        .ifPresent(n -> add("/storage/storageClass", "'%s' is not a valid name", n));
    storage
        .path()
        .filter(path -> !path.matches("/[^:\0]*[^:/\0][^:\0]*"))
        .ifPresent(path -> add("/storage/path", "a volume cannot be mounted at '%s'", path));
  }
}
