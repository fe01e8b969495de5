package dev.caravanserai;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.junit.ArchTest;
import java.io.IOException;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Member;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.platform.commons.support.AnnotationSupport;

/** Every promise has a proof that exists and runs. */
class PromisesTest {
  private static final Path TESTS = Path.of("src/test/java");
  private static final Pattern ROW = Pattern.compile("^\\| (.*) \\| (.*) \\|$", Pattern.MULTILINE);
  private static final Pattern PROOF = Pattern.compile("`([A-Z]\\w*)(?:\\.(\\w+)(…?))?`");

  /** What surefire and failsafe run by their own rules. */
  private static final Pattern RUNS = Pattern.compile("\\w+(Test|IT)");

  /**
   * @param method the beginning of its name; empty for all of the class
   */
  private record Proof(String promise, String test, String method, boolean whole) {}

  static Stream<Proof> proofs() throws IOException {
    return ROW.matcher(Files.readString(Path.of("docs/promises.md")))
        .results()
        .skip(1)
        .flatMap(
            row -> {
              List<Proof> proofs =
                  PROOF
                      .matcher(row.group(2))
                      .results()
                      .map(
                          p ->
                              new Proof(
                                  row.group(1),
                                  p.group(1),
                                  Optional.ofNullable(p.group(2)).orElse(""),
                                  "".equals(p.group(3))))
                      .toList();
              return proofs.isEmpty()
                  ? Stream.of(new Proof(row.group(1), "none", "", false))
                  : proofs.stream();
            });
  }

  @ParameterizedTest
  @MethodSource("proofs")
  void every_proof_exists_and_runs(Proof proof) throws Exception {
    // Given
    Class<?> test = Class.forName(nameOf(proof.test()));

    // When
    List<String> members = members(test).filter(m -> covers(proof, m)).toList();

    // Then
    assertThat(proof.test()).matches(RUNS);
    assertThat(AnnotationSupport.isAnnotated(test, Disabled.class)).isFalse();
    assertThat(members).as("what %s proves with", proof.test()).isNotEmpty();
  }

  private static boolean covers(Proof proof, String member) {
    return proof.whole() ? member.equals(proof.method()) : member.startsWith(proof.method());
  }

  /** The methods and rules of a test class that are run. */
  private static Stream<String> members(Class<?> test) {
    Stream<Class<?>> types = Stream.concat(Stream.of(test), Stream.of(test.getInterfaces()));
    return types.flatMap(
        type -> Stream.concat(of(type.getDeclaredMethods()), of(type.getDeclaredFields())));
  }

  private static <T extends Member & AnnotatedElement> Stream<String> of(T[] members) {
    return Stream.of(members).filter(PromisesTest::runs).map(Member::getName);
  }

  private static boolean runs(AnnotatedElement member) {
    return Stream.of(
                Test.class,
                ParameterizedTest.class,
                TestFactory.class,
                Property.class,
                ArchTest.class)
            .anyMatch(kind -> AnnotationSupport.isAnnotated(member, kind))
        && !AnnotationSupport.isAnnotated(member, Disabled.class);
  }

  private static String nameOf(String test) throws IOException {
    try (Stream<Path> files = Files.walk(TESTS)) {
      List<Path> found = files.filter(f -> f.endsWith(test + ".java")).toList();
      assertThat(found).as("sources of %s", test).hasSize(1);
      return TESTS.relativize(found.get(0)).toString().replace(".java", "").replace('/', '.');
    }
  }
}
