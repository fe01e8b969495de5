package dev.caravanserai.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravanserai.session.Session;
import io.fabric8.kubernetes.api.model.ConfigMap;
import java.time.Instant;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.NotBlank;

/** Invalid annotations of an anchor do not affect other sessions. */
class SessionIndexPropertiesTest {
  /** Nobody else is kept from being listed or ended by it. */
  @Property(tries = 300)
  void any_annotation_of_an_anchor_affects_no_other_session(
      @ForAll @NotBlank String text, @ForAll @NotBlank String json) {
    // Given
    SessionCache index = new SessionCache("inn", Runnable::run);
    index.onUpdate(Marked.anchor("good", Map.of()));
    ConfigMap bad = Marked.anchor("bad", Map.of());
    bad.getMetadata()
        .getAnnotations()
        .replaceAll((key, value) -> key.endsWith("/id") || key.endsWith("/tenant") ? value : text);
    bad.setData(Map.of("spec", "{\"labels\": " + json + ", \"metadata\": 3}"));

    // When
    index.onUpdate(bad);

    // Then
    assertThat(index.all()).hasSize(2);
    assertThat(index.takeDue(Marked.EXPIRES)).extracting(Session::id).contains("good");
    assertThat(index.takeDue(Instant.parse("9999-01-01T00:00:00Z")))
        .extracting(Session::id)
        .contains("bad");
  }
}
