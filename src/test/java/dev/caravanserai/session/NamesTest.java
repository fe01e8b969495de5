package dev.caravanserai.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class NamesTest {
  private static final int IDS = 100_000;
  private static final String NASTY = "ab-_.AB/ 0é\u4e2d$%{}\"'\n";
  private static final List<String> SUFFIXES =
      List.of("", "-env", "-svc", "-pvc", "-svc-code", "-ingress-code", "-secret");

  @Test
  void hundred_thousand_sessions_have_distinct_names_and_derived_names() {
    // Given
    Map<String, String> owners = new HashMap<>();
    Random random = new Random(7);
    for (int i = 0; i < IDS; i++) {
      String tenant = random.nextInt(4) == 0 ? "t" + random.nextInt(3) : "default";
      String id = nasty(random);

      // When
      String slug = Names.slug(tenant, id, 48);

      // Then
      for (String suffix : SUFFIXES) {
        String name = slug + suffix;
        assertThat(name).matches("[a-z0-9]([a-z0-9-]*[a-z0-9])?").hasSizeLessThanOrEqualTo(63);
        String owner = tenant + "\0" + id;
        assertThat(owners.putIfAbsent(name, owner)).isIn(null, owner);
      }
    }
  }

  @Test
  void id_that_is_a_valid_name_is_kept() {
    assertThat(Names.anchor("default", "build-7")).isEqualTo("session-build-7");
    assertThat(Names.slug("default", "c1b2c5f0-0d43-4d3a-9d19-2f1a4b5c6d7e", 36)).endsWith("6d7e");
    assertThat(Names.anchor("acme", "build-7")).matches("session-build-7-[a-z2-7]{16}");
    assertThat(Names.slug("default", "a-svc", 50)).matches("a-svc-[a-z2-7]{16}");
  }

  private static String nasty(Random random) {
    int length = 1 + random.nextInt(random.nextInt(10) == 0 ? 120 : 14);
    StringBuilder id = new StringBuilder();
    for (int i = 0; i < length; i++) {
      id.append(NASTY.charAt(random.nextInt(random.nextBoolean() ? 6 : NASTY.length())));
    }
    return random.nextInt(5) == 0
        ? id + SUFFIXES.get(random.nextInt(SUFFIXES.size()))
        : id.toString();
  }
}
