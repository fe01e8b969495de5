package dev.caravanserai.local;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;

/** A local cluster in another JVM, with a pod whose processes would outlive it. */
final class LocalServerProcess {
  private LocalServerProcess() {}

  static Process start(Path home) throws IOException {
    return start(home, "");
  }

  /**
   * Returns when its pod runs.
   *
   * @param before shell commands to run first
   */
  static Process start(Path home, String before) throws IOException {
    List<String> command =
        List.of(
            "/bin/sh",
            "-c",
            before + "\nexec \"$@\"",
            "sh",
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            LocalServerProcess.class.getName(),
            home.toString());
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    BufferedReader out = process.inputReader();
    for (String line = out.readLine(); !"running".equals(line); line = out.readLine()) {
      if (line == null) {
        throw new IOException("the server ended before its pod ran");
      }
    }
    return process;
  }

  public static void main(String[] arguments) throws Exception {
    LocalCluster cluster = LocalCluster.start(0, Path.of(arguments[0]), Set.of("ns"));
    Runtime.getRuntime().addShutdownHook(new Thread(cluster::close));
    CountDownLatch running = new CountDownLatch(1);
    cluster
        .store()
        .follow(
            Kind.POD,
            0,
            event -> {
              if (event.object().at("/status/phase").asText().equals("Running")) {
                running.countDown();
              }
            });
    cluster
        .store()
        .create(
            Kind.POD,
            Patches.body(
                "application/yaml",
                """
                apiVersion: v1
                kind: Pod
                metadata: {name: p, namespace: ns}
                spec:
                  containers:
                  - name: c
                    image: x
                    command: [sh, -c, 'echo "$1"; setsid sleep 1000 & sleep 1000', größe, 'ä → 😀']
                    env: [{name: NAME, value: "Grüße '\\\\t' \\n$x"}]
                """
                    .getBytes(java.nio.charset.StandardCharsets.UTF_8)));
    running.await();
    System.out.println("running");
    new CountDownLatch(1).await();
  }
}
