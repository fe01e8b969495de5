package dev.caravanserai;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.internal.SSLUtils;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import javax.net.ssl.SSLContext;

/**
 * Stands, in plain HTTP/1.1, before the API server of the test cluster. The server does what it is
 * asked, but the answers to chosen requests are lost, and the connection with them; and what its
 * watches tell can be held back.
 */
final class FaultyWire implements AutoCloseable {
  private final URI server = URI.create(TestCluster.get().client().getMasterUrl().toString());
  private final SSLContext tls;
  private final ServerSocket front;
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();
  private final Queue<Predicate<String>> doomed = new ConcurrentLinkedQueue<>();
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private final List<String> lost = new CopyOnWriteArrayList<>();
  private volatile CountDownLatch watches = new CountDownLatch(0);

  FaultyWire() throws Exception {
    Config config = TestCluster.get().client().getConfiguration();
    tls = SSLUtils.sslContext(config);
    front = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    thread(this::accept);
  }

  /** Settings of a server whose way to the test cluster leads through here. */
  Map<String, String> settings(Path home) throws IOException {
    Map<String, String> settings = new HashMap<>(TestServer.settings(home));
    String there = Files.readString(TestCluster.get().kubeconfig());
    String here = "http://127.0.0.1:" + front.getLocalPort();
    Path kubeconfig = home.resolve("kubeconfig");
    Files.writeString(
        kubeconfig, there.replace("https://%s".formatted(server.getAuthority()), here));
    settings.put("caravanserai.cluster.kubeconfig", kubeconfig.toString());
    return settings;
  }

  /**
   * Loses the answer to the next such request.
   *
   * @param resource last part of the path of the objects, such as {@code pods}
   */
  void loseNextCreate(String resource) {
    doomed.add(line -> line.matches("POST \\S+/" + resource + "(\\?\\S*)? .*"));
  }

  /** From now on nothing is told by a watch, until {@link #releaseWatches()}. */
  void holdWatches() {
    watches = new CountDownLatch(1);
  }

  /** All that was held back is told, in order. */
  void releaseWatches() {
    watches.countDown();
  }

  /** The first lines of the requests whose answers were lost. */
  List<String> lost() {
    return List.copyOf(lost);
  }

  /** The first lines of all requests that came. */
  List<String> asked() {
    return List.copyOf(asked);
  }

  private void accept() throws IOException {
    while (true) {
      Socket client = front.accept();
      Socket api = tls.getSocketFactory().createSocket(server.getHost(), server.getPort());
      sockets.addAll(List.of(client, api));
      AtomicBoolean lose = new AtomicBoolean();
      AtomicBoolean watch = new AtomicBoolean();
      thread(() -> requests(client, api, lose, watch));
      thread(() -> answers(api, client, lose, watch));
    }
  }

  /** A request begins a new piece: nobody sends one before the last is answered. */
  private void requests(Socket client, Socket api, AtomicBoolean lose, AtomicBoolean watch)
      throws IOException {
    byte[] piece = new byte[64 * 1024];
    try (client;
        api) {
      for (int n; (n = client.getInputStream().read(piece)) > 0; ) {
        String line = new String(piece, 0, n, StandardCharsets.ISO_8859_1).split("\r\n", 2)[0];
        if (line.endsWith(" HTTP/1.1")) {
          asked.add(line);
          watch.set(line.contains("watch=true"));
          if (doomed.removeIf(which -> which.test(line))) {
            lost.add(line);
            lose.set(true);
          }
        }
        api.getOutputStream().write(piece, 0, n);
        api.getOutputStream().flush();
      }
    }
  }

  private void answers(Socket api, Socket client, AtomicBoolean lose, AtomicBoolean watch)
      throws IOException, InterruptedException {
    byte[] piece = new byte[64 * 1024];
    try (client;
        api) {
      for (int n; (n = api.getInputStream().read(piece)) > 0 && !lose.get(); ) {
        if (watch.get()) {
          watches.await();
        }
        client.getOutputStream().write(piece, 0, n);
        client.getOutputStream().flush();
      }
    }
  }

  @Override
  public void close() throws IOException {
    releaseWatches();
    front.close();
    for (Socket socket : sockets) {
      socket.close();
    }
  }

  private interface Work {
    void run() throws IOException, InterruptedException;
  }

  private static void thread(Work work) {
    Thread thread =
        new Thread(
            () -> {
              try {
                work.run();
              } catch (IOException | InterruptedException closed) {
                // One of both sides has gone.
              }
            },
            "lost-answers");
    thread.setDaemon(true);
    thread.start();
  }
}
