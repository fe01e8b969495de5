package dev.caravanserai.profile;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;

/** The stored hash of an Idempotency-Key identifies its request and reveals nothing else. */
class IdempotencyKeyPropertiesTest {
  @Property(tries = 50)
  void anchor_does_not_depend_on_the_values_of_the_environment(
      @ForAll @CharRange(from = ' ', to = 'ÿ') @StringLength(min = 1, max = 20) String value,
      @ForAll @CharRange(from = ' ', to = 'ÿ') @StringLength(min = 1, max = 20) String other) {
    // Given
    Requests request = Requests.of("default").id(null).key("1");

    // When
    Plan one = request.env(Map.of("PIN", value)).plan();
    Plan two = request.env(Map.of("PIN", other)).plan();

    // Then
    assertThat(one.anchor()).isEqualTo(two.anchor());
    assertThat(one.sameEnvironment(two.environment().orElseThrow())).isEqualTo(value.equals(other));
  }

  @Property(tries = 50)
  void order_of_maps_does_not_matter(
      @ForAll @Size(max = 5) Map<@StringLength(min = 1, max = 5) String, String> metadata) {
    // Given
    Map<String, Object> backwards = new LinkedHashMap<>();
    List<String> names = List.copyOf(metadata.keySet());
    for (int i = names.size(); i-- > 0; ) {
      backwards.put(names.get(i), metadata.get(names.get(i)));
    }
    Requests request = Requests.of("default");

    // When
    IdempotencyKey key = IdempotencyKey.of("default", "k");

    // Then
    assertThat(key.request(request.metadata(Map.copyOf(metadata)).spec()))
        .isEqualTo(key.request(request.metadata(backwards).spec()));
  }
}
