package dev.caravanserai.local;

import java.io.IOException;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/**
 * How long a JVM that has just started takes to a local cluster that serves: from its {@code main}
 * to the return of {@link LocalCluster#start}, and to the first answer of GET /version that this
 * JVM gets. A JVM per round; the first round is thrown away, for the disk's cache. Processor time
 * is told too, for it depends less on what else the machine does.
 */
public final class LocalStartBench {
  private static final int ROUNDS = 5;

  /** Milliseconds. */
  private record Round(long returned, long answered, long processor) {}

  private LocalStartBench() {}

  /** Without arguments all rounds; with a home folder, the server of one. */
  public static void main(String[] arguments) throws Exception {
    if (arguments.length == 1) {
      serve(System.currentTimeMillis(), Path.of(arguments[0]));
      return;
    }
    SSLContext.setDefault(trusting());
    HttpsURLConnection.setDefaultHostnameVerifier((host, session) -> true);
    List<Round> rounds = new ArrayList<>();
    for (int i = 0; i <= ROUNDS; i++) {
      rounds.add(round());
    }
    rounds.remove(0);
    rounds.forEach(System.out::println);
    System.out.printf(
        "median of %d: start returns after %d ms, GET /version is answered after %d ms, processor"
            + " time of the start %d ms%n",
        ROUNDS,
        median(rounds, Round::returned),
        median(rounds, Round::answered),
        median(rounds, Round::processor));
  }

  private static long median(List<Round> rounds, ToLongFunction<Round> of) {
    return rounds.stream().mapToLong(of).sorted().toArray()[rounds.size() / 2];
  }

  private static void serve(long begin, Path home) throws IOException {
    try (LocalCluster cluster = LocalCluster.start(0, home, Set.of("sessions"))) {
      long returned = System.currentTimeMillis();
      long processor = ProcessHandle.current().info().totalCpuDuration().orElseThrow().toMillis();
      System.out.printf(
          "ready %d %d %d %s %s%n", begin, returned, processor, cluster.url(), cluster.token());
      System.in.read();
    }
  }

  private static Round round() throws IOException, InterruptedException {
    Path home = Files.createTempDirectory("caravanserai-bench");
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    Process server =
        new ProcessBuilder(java, "-cp", classPath(), LocalStartBench.class.getName(), home + "")
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try (var lines = server.inputReader()) {
      String[] ready = lines.readLine().split(" ");
      HttpsURLConnection version =
          (HttpsURLConnection) URI.create(ready[4] + "/version").toURL().openConnection();
      version.setRequestProperty("Authorization", "Bearer " + ready[5]);
      version.getInputStream().readAllBytes();
      long answered = System.currentTimeMillis();
      long begin = Long.parseLong(ready[1]);
      return new Round(
          Long.parseLong(ready[2]) - begin, answered - begin, Long.parseLong(ready[3]));
    } finally {
      server.getOutputStream().close();
      server.waitFor();
      FolderTree.remove(home);
    }
  }

  /** Maven's exec:java has a class loader of its own. */
  private static String classPath() {
    if (LocalStartBench.class.getClassLoader() instanceof URLClassLoader loader) {
      return Arrays.stream(loader.getURLs()).map(URL::getPath).collect(Collectors.joining(":"));
    }
    return System.getProperty("java.class.path");
  }

  private static SSLContext trusting() throws GeneralSecurityException {
    X509TrustManager all =
        new X509TrustManager() {
          @Override
          public void checkClientTrusted(X509Certificate[] chain, String type) {}

          @Override
          public void checkServerTrusted(X509Certificate[] chain, String type) {}

          @Override
          public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
          }
        };
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, new TrustManager[] {all}, null);
    return context;
  }
}
