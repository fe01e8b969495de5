package dev.caravanserai.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravanserai.Patience;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A store and a kubelet for each test. */
abstract class PodFixture {
  static final ObjectMapper JSON = new ObjectMapper();
  @TempDir Path home;
  final ObjectStore store = new ObjectStore();
  ProcessKubelet kubelet;

  @BeforeEach
  void start() throws Exception {
    Assumptions.assumeTrue(
        Sandbox.ofThisMachine(Set.of(home)).isolated(), "no mount or user namespaces here");
    kubelet = ProcessKubelet.start(store, home);
  }

  @AfterEach
  void checkThatNothingIsLeft() throws Exception {
    if (kubelet == null) {
      return;
    }
    String id = Files.readString(home.resolve("id"));
    kubelet.close();
    await().untilAsserted(() -> assertThat(ProcessTree.marked(id)).isEmpty());
    assertThat(home.resolve("pods")).doesNotExist();
  }

  record Ran(int code, String out, String err) {}

  /** Throws with the reason if the program is not started. */
  Ran exec(String pod, String stdin, String... argv) throws Exception {
    Process process =
        container(pod).exec(kubelet.node().sandbox(), List.of(argv), Optional.empty());
    process.getOutputStream().write(stdin.getBytes(StandardCharsets.UTF_8));
    process.getOutputStream().close();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!err.startsWith("ok\n")) {
      throw new IOException(err);
    }
    assertThat(process.waitFor(Patience.SECONDS, TimeUnit.SECONDS)).isTrue();
    return new Ran(process.exitValue(), out, err.substring("ok\n".length()));
  }

  ContainerRun container(String pod) {
    return kubelet.container(at(pod, ""), Optional.of("c"));
  }

  String logs(String pod, long tail) {
    return logs(pod, tail, false, Instant.EPOCH);
  }

  String logs(String pod, long tail, boolean timestamps, Instant since) {
    return logs(pod, new LogReader.Options(true, timestamps, tail, since, Long.MAX_VALUE));
  }

  String logsSoFar(String pod) {
    return logs(
        pod, new LogReader.Options(false, false, Long.MAX_VALUE, Instant.EPOCH, Long.MAX_VALUE));
  }

  private String logs(String pod, LogReader.Options wanted) {
    ReceivedLog taken = new ReceivedLog(false);
    LogReader reader = new LogReader(container(pod).logOf(false), wanted, taken);
    kubelet.node().streams().watch(reader::poll);
    return taken.whole().orTimeout(Patience.SECONDS, TimeUnit.SECONDS).join();
  }

  List<ProcessHandle> ofPod(String uid) throws IOException {
    return ProcessTree.marked(Files.readString(home.resolve("id")) + "/" + uid);
  }

  void pod(String name, String container, String... spec) {
    String yaml =
        """
        apiVersion: v1
        kind: Pod
        metadata: {name: %s, namespace: ns}
        spec:
          restartPolicy: Never
          volumes: [{name: p, persistentVolumeClaim: {claimName: data}}, {name: w, emptyDir: {}}, {name: e, emptyDir: {}}, {name: s, secret: {secretName: s}}, {name: m, configMap: {name: m}}]
          containers:
          - name: c
        """
            .formatted(name)
            .replace(
                "restartPolicy: Never",
                spec.length == 0
                    ? "restartPolicy: Never"
                    : spec[0].startsWith("restartPolicy")
                        ? spec[0]
                        : "restartPolicy: Never\n  " + spec[0]);
    store.create(
        Kind.POD,
        (ObjectNode)
            JSON.valueToTree(
                io.fabric8.kubernetes.client.utils.Serialization.unmarshal(
                    yaml + container.indent(4), java.util.Map.class)));
  }

  JsonNode at(String pod, String pointer) {
    return store.get(Kind.POD, "ns", pod).orElseThrow().at(pointer);
  }

  void awaitPhase(String pod, String phase) {
    await()
        .pollInterval(Duration.ofMillis(10))
        .untilAsserted(
            () -> assertThat(at(pod, "/status").toString()).contains("\"" + phase + "\""));
  }
}
