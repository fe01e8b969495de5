package dev.caravanserai.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.BinaryOperator;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.StringLength;

class NamesPropertiesTest {
  @Property
  void derived_name_of_an_id_is_never_the_name_of_another_id(
      @ForAll @StringLength(max = 300) String id) {
    BinaryOperator<String> name = (tenant, x) -> Names.slug(tenant, x, 50);

    String other = name.apply("default", id);

    if (!other.equals(id)) {
      assertThat(name.apply("default", other)).isNotEqualTo(other);
    }
    assertThat(name.apply("another", id)).isNotEqualTo(other);
    assertThat(Names.anchor("default", id)).hasSizeLessThanOrEqualTo(63);
  }

  @Property
  void labels_are_valid_and_as_distinct_as_their_texts(
      @ForAll @StringLength(max = 300) String a, @ForAll @StringLength(max = 300) String b) {
    assertThat(Names.label(a)).matches("[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?");
    assertThat(Names.label(a).equals(Names.label(b))).isEqualTo(a.equals(b));
    if (!Names.label(a).equals(a)) {
      assertThat(Names.label(Names.label(a))).isNotEqualTo(Names.label(a));
    }
  }
}
