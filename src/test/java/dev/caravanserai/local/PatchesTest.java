package dev.caravanserai.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class PatchesTest {
  private static final String POD =
      "{\"spec\":{\"containers\":[{\"name\":\"a\",\"image\":\"i\",\"args\":[\"1\"]},"
          + "{\"name\":\"b\",\"image\":\"j\"}]}}";

  private static JsonNode json(String text) throws Exception {
    return new ObjectMapper().readTree(text);
  }

  private static JsonNode strategic(String patch) throws Exception {
    return Patches.strategic(json(POD), json(patch));
  }

  @Test
  void strategic_merge_merges_lists_by_key_and_replaces_others() throws Exception {
    // When
    JsonNode patched =
        strategic("{\"spec\":{\"containers\":[{\"name\":\"a\",\"args\":[\"2\",\"3\"]}]}}");

    // Then
    assertThat(patched.at("/spec/containers/0"))
        .isEqualTo(json("{\"name\":\"a\",\"image\":\"i\",\"args\":[\"2\",\"3\"]}"));
    assertThat(patched.at("/spec/containers/1/name").asText()).isEqualTo("b");
  }

  @Test
  void strategic_merge_supports_delete_and_replace_directives() throws Exception {
    // When
    JsonNode less =
        strategic("{\"spec\":{\"containers\":[{\"name\":\"a\",\"$patch\":\"delete\"}]}}");
    JsonNode only =
        strategic("{\"spec\":{\"containers\":[{\"$patch\":\"replace\"},{\"name\":\"c\"}]}}");

    // Then
    assertThat(less.at("/spec/containers").findValuesAsText("name")).containsExactly("b");
    assertThat(only.at("/spec/containers").findValuesAsText("name")).containsExactly("c");
  }

  @Test
  void unknown_patch_type_is_rejected() {
    // Given
    byte[] patch = "{}".getBytes(StandardCharsets.UTF_8);

    // When, Then
    assertThatThrownBy(
            () -> Patches.apply("text/plain", patch, new ObjectMapper().createObjectNode()))
        .isInstanceOfSatisfying(ApiError.class, e -> assertThat(e.code).isEqualTo(415));
  }
}
