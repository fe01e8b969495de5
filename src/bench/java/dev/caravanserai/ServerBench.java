package dev.caravanserai;

import java.io.File;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/**
 * How long a server takes from the start of its JVM until it is ready, what CPU time that costs,
 * and what it then holds: {@code <rounds> <local or api> [options of the JVM]}. Java is the one
 * that runs this; the servers are started one after another, each in a fresh home.
 */
public final class ServerBench {
  private record Start(double seconds, double cpu, double mebibytes, double threads) {}

  private final HttpClient http = HttpClient.newHttpClient();
  private final String kind;
  private final List<String> options;

  private ServerBench(String kind, List<String> options) {
    this.kind = kind;
    this.options = options;
  }

  public static void main(String[] args) throws Exception {
    int rounds = Integer.parseInt(args[0]);
    ServerBench bench = new ServerBench(args[1], Arrays.asList(args).subList(2, args.length));
    List<Start> starts = new ArrayList<>();
    for (int i = 0; i < rounds; i++) {
      Start start = bench.start();
      System.out.printf(
          "ready after %.2f s, CPU %.2f s, resident %.0f MiB, %.0f threads, load %s%n",
          start.seconds,
          start.cpu,
          start.mebibytes,
          start.threads,
          Files.readString(Path.of("/proc/loadavg")).split(" ")[0]);
      starts.add(start);
    }
    System.out.printf(
        "median of %d: ready after %.2f s, CPU %.2f s, resident %.0f MiB%n",
        rounds,
        median(starts.stream().mapToDouble(Start::seconds)),
        median(starts.stream().mapToDouble(Start::cpu)),
        median(starts.stream().mapToDouble(Start::mebibytes)));
    System.exit(0);
  }

  private static double median(DoubleStream values) {
    double[] sorted = values.sorted().toArray();
    return sorted[sorted.length / 2];
  }

  private Start start() throws Exception {
    int port = freePort();
    Path home = Files.createTempDirectory("caravanserai-bench");
    long begin = System.nanoTime();
    Process server = process(home, port);
    try {
      while (!ready(port)) {
        if (!server.isAlive()) {
          throw new IllegalStateException("see " + home.resolve("log"));
        }
        TimeUnit.MILLISECONDS.sleep(20);
      }
      double seconds = (System.nanoTime() - begin) / 1e9;
      double cpu = server.info().totalCpuDuration().orElseThrow().toMillis() / 1e3;
      TimeUnit.SECONDS.sleep(2);
      return new Start(seconds, cpu, status(server, "VmRSS") / 1024.0, status(server, "Threads"));
    } finally {
      server.destroy();
      server.waitFor();
    }
  }

  private Process process(Path home, int port) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    command.add("-Dcaravanserai.port=" + port);
    command.add("-Dcaravanserai.home=" + home);
    command.add("-Dcaravanserai.cluster.kind=" + kind);
    command.addAll(List.of("-cp", classPath(), Main.class.getName()));
    File log = home.resolve("log").toFile();
    return new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log).start();
  }

  /** That of the server, which has no tests; its jar, for a class-data archive takes no folder. */
  private static String classPath() throws IOException {
    try (Stream<Path> built = Files.list(Path.of("target"))) {
      Path jar =
          built
              .filter(file -> file.getFileName().toString().matches("caravanserai-[0-9.]+\\.jar"))
              .findFirst()
              .orElseThrow(() -> new IllegalStateException("no jar in target: run mvn package"));
      return jar + File.pathSeparator + Files.readString(Path.of("target", "runtime.cp"));
    }
  }

  private boolean ready(int port) throws InterruptedException {
    URI uri = URI.create("http://127.0.0.1:" + port + "/observe/health/ready");
    try {
      return http.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.discarding())
              .statusCode()
          == 200;
    } catch (IOException notYet) {
      return false;
    }
  }

  private static long status(Process process, String key) throws IOException {
    return Files.readAllLines(Path.of("/proc/" + process.pid() + "/status")).stream()
        .filter(line -> line.startsWith(key + ":"))
        .map(line -> line.replaceAll("\\D", ""))
        .mapToLong(Long::parseLong)
        .findFirst()
        .orElseThrow();
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }
}
