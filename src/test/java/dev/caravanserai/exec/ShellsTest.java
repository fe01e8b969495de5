package dev.caravanserai.exec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.caravanserai.cluster.ContainerRef;
import dev.caravanserai.session.ExecResult;
import dev.caravanserai.session.ExecSpec;
import dev.caravanserai.session.Outcome;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ScheduledExecutorService;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Supervisor and killer with the shells that are installed here. */
class ShellsTest implements CommandPromises, StreamPromises, EndPromises {
  private static final List<List<String>> SHELLS =
      List.of(List.of("dash"), List.of("bash", "--posix"), List.of("busybox", "sh"));
  private static final ExecLimits LIMITS =
      new ExecLimits(
          Duration.ofMinutes(4),
          Duration.ofMinutes(10),
          16 << 20,
          1L << 30,
          Duration.ofMillis(300),
          512);

  private final ScheduledExecutorService scheduler = Executors.newScheduledThreadPool(1);
  @TempDir Path folder;

  @BeforeAll
  void thisIsLinuxWithAShell() {
    assumeTrue(Files.exists(Path.of("/proc/self/stat")), "/proc is missing");
    assumeTrue(has("setsid") && has("mkfifo"), "setsid and mkfifo are missing");
    assumeFalse(shells().isEmpty(), "dash, bash and busybox are missing");
  }

  @AfterAll
  void nothingRunsOn() {
    scheduler.shutdownNow();
  }

  @Override
  public Stream<Place> places() {
    return shells().stream().flatMap(shell -> Stream.of(place(shell, false), place(shell, true)));
  }

  @ParameterizedTest
  @MethodSource("places")
  void program_whose_interpreter_is_missing_is_not_started(Place place) throws IOException {
    // Given
    Path program = folder.resolve("program");
    Files.writeString(program, "#! /no/such/interpreter -x\n");
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));

    // When
    String why = Texts.notStarted(place.run(ExecSpec.command(program.toString())));

    // Then
    assertThat(why).contains("exec: \"" + program + "\": ");
  }

  @ParameterizedTest
  @MethodSource("places")
  void program_is_found_by_the_callers_path(Place place) throws IOException {
    // Given
    Path program = folder.resolve("only-here");
    Files.writeString(program, "#!/bin/sh\necho found $1\n");
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    ExecSpec spec =
        ExecSpec.command("only-here", "it")
            .withStdin(Optional.of(new byte[10]))
            .with(to -> to.env(Map.of("PATH", folder.toString())));

    // When
    String out = Texts.of(place.run(spec).stdout());

    // Then
    assertThat(out).isEqualTo("found it\n");
  }

  /** As the environment of a container, which the supervisor's own shell starts with. */
  @ParameterizedTest
  @MethodSource("shellsAlone")
  void environment_of_a_container_changes_neither_supervisor_nor_output(List<String> shell) {
    // Given
    Map<String, String> own = new HashMap<>(SPECIAL);
    own.put("OPTIND", "3"); // with other texts dash does not start: a session may not have them
    own.put("LD_PRELOAD", "/no/such.so");
    own.put("POSIXLY_CORRECT", "1");
    Place place = place(new LocalProcesses(shell, true, own), shell.toString());

    // When
    ExecResult result = place.run(ExecSpec.command("busybox", "env"));
    ExecResult fed =
        place.run(
            ExecSpec.command("busybox", "cat", "-", "x".repeat(5000))
                .withStdin(Optional.of("in".getBytes(StandardCharsets.US_ASCII)))
                .with(to -> to.workingDir(Optional.of("/tmp"))));

    // Then
    own.forEach(
        (name, value) ->
            assertThat("\n" + Texts.of(result.stdout()))
                .contains("\n" + name + "=" + value + "\n"));
    assertThat(Texts.of(result.stdout())).doesNotContain("__cs_");
    assertThat(Texts.of(fed.stdout())).isEqualTo("in");
    assertThat(Texts.of(fed.stderr())).startsWith("cat: can't open").doesNotContain("__cs_");
    assertThat(Texts.of(result.stderr())).isEmpty();
  }

  /** {@code grep} of busybox reads a line up to the first NUL only. */
  @ParameterizedTest
  @MethodSource("shellsAlone")
  void time_out_ends_a_daemon_where_grep_is_that_of_busybox(List<String> shell) throws IOException {
    // Given
    Files.createSymbolicLink(folder.resolve("grep"), installed("busybox").orElseThrow());
    Map<String, String> own = Map.of("PATH", folder + File.pathSeparator + System.getenv("PATH"));
    Place place = place(new LocalProcesses(shell, true, own), shell.toString());
    String token = Texts.seconds();
    Duration enough = place.enough();

    // When
    ExecResult result =
        place.run(
            ExecSpec.script("(setsid sleep %1$s &); sleep %1$s".formatted(token))
                .withTimeout(enough));

    // Then
    assertThat(result.outcome()).isEqualTo(Outcome.timedOut(enough));
    assertThat(place.processes()).doesNotContain(token);
  }

  static Stream<List<String>> shellsAlone() {
    return shells().stream();
  }

  private Place place(List<String> shell, boolean inputCanEnd) {
    return place(
        new LocalProcesses(shell, inputCanEnd, Map.of()),
        String.join(" ", shell) + (inputCanEnd ? " v5" : " v4"));
  }

  private Place place(LocalProcesses processes, String name) {
    Execs execs =
        new Execs(
            processes,
            scheduler,
            ForkJoinPool.commonPool(),
            FakeExecs.ends(container -> Optional.empty()),
            LIMITS);
    return new Place(name, execs, new ContainerRef("here", "this", "machine"));
  }

  private static List<List<String>> shells() {
    return SHELLS.stream().filter(words -> has(words.get(0))).toList();
  }

  private static boolean has(String program) {
    return installed(program).isPresent();
  }

  private static Optional<Path> installed(String program) {
    return Stream.of(System.getenv("PATH").split(File.pathSeparator))
        .map(dir -> Path.of(dir, program))
        .filter(Files::isExecutable)
        .findFirst();
  }
}
