package dev.caravanserai.local;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.caravanserai.Patience;
import java.lang.ref.WeakReference;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PodRunTest {
  private static final String POD =
      """
      metadata: {name: p, namespace: sessions, uid: u}
      spec:
        activeDeadlineSeconds: 86400
        containers: [{name: main, image: local/slow-start}]
      """;

  @TempDir private Path home;

  /** Otherwise a long-running server would keep the log of each pod until its deadline. */
  @Test
  void deleted_pod_is_released_before_its_deadline() throws Exception {
    try (Pump life = new Pump("test-life");
        Pump streams = new Pump("test-streams")) {
      // Given
      Sandbox sandbox = Sandbox.ofThisMachine(Set.of(home));
      KubeletContext node =
          new KubeletContext(new ObjectStore(), home, "test", sandbox, life, streams);
      WeakReference<PodRun> run = new WeakReference<>(livedAndGone(node));

      // When, Then
      await()
          .atMost(Patience.SECONDS, TimeUnit.SECONDS)
          .until(
              () -> {
                System.gc();
                return run.get() == null;
              });
    }
  }

  private static PodRun livedAndGone(KubeletContext node) throws Exception {
    ObjectNode pod = (ObjectNode) new YAMLMapper().readTree(POD);
    PodRun run = new PodRun(node, pod, gone -> {});
    run.begin();
    run.onDeleted();
    return run;
  }
}
