package dev.caravanserai.local;

import io.fabric8.kubernetes.client.Config;
import java.io.BufferedReader;
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
import org.slf4j.LoggerFactory;

/**
 * How long a JVM that has just started takes to a local cluster that serves: from its {@code main}
 * to the first log line, which it needs too, to the return of {@link LocalCluster#start}, and to
 * the first answer of GET /version; then a second start in the same JVM. A JVM per round; the first
 * round is thrown away, for the disk's cache. Processor time is told too, for it depends less on
 * what else the machine does.
 */
public final class LocalStartBench {
  private static final int ROUNDS = 5;

  /** Milliseconds. */
  private record Round(long logged, long returned, long answered, long processor, long again) {}

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
        "median of %d, ms: first log line %d, start returned %d, GET /version answered %d,"
            + " processor time %d; a second start in the same JVM %d%n",
        ROUNDS,
        median(rounds, Round::logged),
        median(rounds, Round::returned),
        median(rounds, Round::answered),
        median(rounds, Round::processor),
        median(rounds, Round::again));
  }

  private static long median(List<Round> rounds, ToLongFunction<Round> of) {
    return rounds.stream().mapToLong(of).sorted().toArray()[rounds.size() / 2];
  }

  private static void serve(long begin, Path home) throws IOException {
    LoggerFactory.getLogger(LocalStartBench.class).info("begun");
    long logged = System.currentTimeMillis();
    try (LocalCluster cluster = LocalCluster.start(0, home, Set.of("sessions"))) {
      long returned = System.currentTimeMillis();
      long processor = ProcessHandle.current().info().totalCpuDuration().orElseThrow().toMillis();
      System.out.printf(
          "%d %d %d %d %s %s%n",
          begin, logged - begin, returned - begin, processor, cluster.url(), token(cluster));
      System.in.read();
    }
    long again = System.currentTimeMillis();
    try (LocalCluster cluster = LocalCluster.start(0, home, Set.of("sessions"))) {
      System.out.println(System.currentTimeMillis() - again);
    }
  }

  private static String token(LocalCluster cluster) throws IOException {
    return Config.fromKubeconfig(cluster.kubeconfig().toFile()).getAutoOAuthToken();
  }

  private static Round round() throws IOException, InterruptedException {
    Path home = Files.createTempDirectory("caravanserai-bench");
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    Process server =
        new ProcessBuilder(
                java,
                "-Dlogback.configurationFile=config/logback.xml",
                "-cp",
                classPath(),
                LocalStartBench.class.getName(),
                home.toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try (BufferedReader lines = server.inputReader()) {
      String[] ready = lines.readLine().split(" ");
      HttpsURLConnection version =
          (HttpsURLConnection) URI.create(ready[4] + "/version").toURL().openConnection();
      version.setRequestProperty("Authorization", "Bearer " + ready[5]);
      version.getInputStream().readAllBytes();
      long answered = System.currentTimeMillis() - Long.parseLong(ready[0]);
      server.getOutputStream().close();
      return new Round(
          Long.parseLong(ready[1]),
          Long.parseLong(ready[2]),
          answered,
          Long.parseLong(ready[3]),
          Long.parseLong(lines.readLine()));
    } finally {
      server.destroy();
      server.waitFor();
      Trash.remove(home);
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
