package dev.caravanserai;

import dev.caravanserai.settings.Settings;
import dev.caravanserai.wire.HttpHead;
import dev.caravanserai.wire.HttpPassage;
import dev.caravanserai.wire.Relay;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

/**
 * Stands before the API server of the test cluster, which does what it is asked, but the answers to
 * chosen requests are lost, and the connection with them; and what its watches tell can be held
 * back.
 */
final class FaultyWire implements AutoCloseable {
  private final Queue<String> doomed = new ConcurrentLinkedQueue<>();
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private final List<String> lost = new CopyOnWriteArrayList<>();
  private final Relay relay = TestCluster.get().relay(Faulty::new);
  private volatile String held = "";
  private volatile CountDownLatch watches = new CountDownLatch(0);

  FaultyWire() throws IOException, GeneralSecurityException {}

  /** Settings of a server whose way to the test cluster leads through here. */
  Map<String, String> settings(Path home) throws IOException {
    Map<String, String> settings = TestServer.settings(home);
    settings.put(
        Settings.CLUSTER_KUBECONFIG.key(), TestCluster.get().kubeconfig(relay, home).toString());
    return settings;
  }

  /**
   * Loses the answer to the next such request.
   *
   * @param resource last part of the path of the objects, such as {@code pods}
   */
  void loseNextCreate(String resource) {
    doomed.add(resource);
  }

  /** Holds back all watch events until {@link #releaseWatches()}. */
  void holdWatches() {
    holdWatches("");
  }

  /**
   * Holds back the watch events of a resource until {@link #releaseWatches()}.
   *
   * @param resource such as {@code pods}; empty: of all
   */
  void holdWatches(String resource) {
    held = resource;
    watches = new CountDownLatch(1);
  }

  /** Delivers all held events, in order. */
  void releaseWatches() {
    watches.countDown();
  }

  /** The first lines of the requests whose responses were lost. */
  List<String> lost() {
    return List.copyOf(lost);
  }

  /** The first lines of all requests that came. */
  List<String> asked() {
    return List.copyOf(asked);
  }

  @Override
  public void close() {
    releaseWatches();
    relay.close();
  }

  private final class Faulty extends HttpPassage {
    private volatile boolean lose;
    private volatile boolean watch;
    private volatile String resource = "";

    @Override
    protected boolean passes(HttpHead head, String body, Ends ends) {
      asked.add(head.first());
      watch = head.path().contains("watch=true");
      resource = head.resource();
      if (head.method().equals("POST") && doomed.remove(head.resource())) {
        lost.add(head.first());
        lose = true;
      }
      return true;
    }

    @Override
    protected Fate fate() throws InterruptedException {
      if (watch && (held.isEmpty() || held.equals(resource))) {
        watches.await();
      }
      return lose ? Fate.CUT : Fate.TOLD;
    }
  }
}
