package dev.caravanserai.local;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** Where the next page of a list begins: after this object, by namespace and name. */
record PageToken(long version, String namespace, String name) {

  static PageToken after(long version, JsonNode last) {
    JsonNode meta = last.path("metadata");
    return new PageToken(version, meta.path("namespace").asText(""), meta.path("name").asText());
  }

  static PageToken parse(String text) {
    try {
      String plain = new String(Base64.getUrlDecoder().decode(text), StandardCharsets.UTF_8);
      String[] parts = plain.split("/", 3);
      return new PageToken(Long.parseLong(parts[0]), parts[1], parts[2]);
    } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
      throw new ApiError(400, "BadRequest", "continue key is not valid");
    }
  }

  String text() {
    byte[] plain = (version + "/" + namespace + "/" + name).getBytes(StandardCharsets.UTF_8);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(plain);
  }

  boolean isBefore(JsonNode object) {
    JsonNode meta = object.path("metadata");
    int byNamespace = namespace.compareTo(meta.path("namespace").asText(""));
    return byNamespace < 0 || byNamespace == 0 && name.compareTo(meta.path("name").asText()) < 0;
  }
}
