package dev.caravanserai.profile;

import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A session's environment variables: their values are in one Secret, and nowhere else.
 *
 * @param secret the Secret's name
 */
record Environment(String secret, Map<String, String> values) {

  /** The profile's variables and the request's; one of them wins where both have the same name. */
  static Environment of(
      String secret,
      Map<String, String> request,
      Map<String, String> profile,
      boolean requestWins) {
    Map<String, String> values = new LinkedHashMap<>(profile);
    request.forEach(requestWins ? values::put : values::putIfAbsent);
    return new Environment(secret, values);
  }

  /** A value as a Secret has it. */
  static String encoded(String value) {
    return Base64.getEncoder().encodeToString(value.getBytes(StandardCharsets.UTF_8));
  }

  Optional<Secret> asSecret() {
    if (values.isEmpty()) {
      return Optional.empty();
    }
    Map<String, String> data = new LinkedHashMap<>();
    values.forEach((name, value) -> data.put(name, encoded(value)));
    return Optional.of(
        new SecretBuilder()
            .withNewMetadata()
            .withName(secret)
            .endMetadata()
            .withType("Opaque")
            .withData(data)
            .build());
  }

  /** A container's {@code env}: each variable by reference. */
  List<Map<String, Object>> references() {
    return values.keySet().stream()
        .map(
            name ->
                Map.<String, Object>of(
                    "name",
                    name,
                    "valueFrom",
                    Map.of("secretKeyRef", Map.of("name", secret, "key", name))))
        .toList();
  }
}
