package dev.caravanserai.wire;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.internal.SSLUtils;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import javax.net.SocketFactory;

/** Forwards connections to a port of this machine to a server; they can be cut. */
public final class Relay implements AutoCloseable {
  private final ServerSocket door = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
  private final URI server;
  private final SocketFactory sockets;
  private final Supplier<Passage> passages;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final Set<Thread> threads = ConcurrentHashMap.newKeySet();
  private volatile boolean blocked;
  private volatile boolean closed;

  private Relay(URI server, SocketFactory sockets, Supplier<Passage> passages) throws IOException {
    this.server = server;
    this.sockets = sockets;
    this.passages = passages;
    thread(this::accept);
  }

  /** Forwards bytes unchanged. */
  public static Relay to(URI server) throws IOException {
    return new Relay(server, SocketFactory.getDefault(), Passage::free);
  }

  /**
   * Accepts plain HTTP, and connects to the API server with TLS and the client certificate of its
   * configuration, if any.
   *
   * @param passages called for each connection
   */
  public static Relay to(Config api, Supplier<Passage> passages)
      throws IOException, GeneralSecurityException {
    URI server = URI.create(api.getMasterUrl());
    boolean tls = "https".equals(server.getScheme());
    return new Relay(
        server,
        tls ? SSLUtils.sslContext(api).getSocketFactory() : SocketFactory.getDefault(),
        passages);
  }

  public int port() {
    return door.getLocalPort();
  }

  /** Cuts all open connections; new ones are forwarded. */
  public void cut() {
    open.forEach(Relay::close);
  }

  /** Cuts all connections, also new ones, until {@link #unblock}. */
  public void block() {
    blocked = true;
    cut();
  }

  public void unblock() {
    blocked = false;
  }

  private void accept() throws IOException {
    while (true) {
      Socket near = door.accept();
      open.add(near);
      thread(() -> connect(near));
    }
  }

  private void connect(Socket near) throws IOException, InterruptedException {
    try (near;
        Socket far = sockets.createSocket(server.getHost(), server.getPort())) {
      open.add(far);
      if (closed || blocked || near.isClosed()) {
        return; // cut in the meantime
      }
      Passage passage = passages.get();
      Passage.Ends ends =
          new Passage.Ends(
              near.getInputStream(),
              near.getOutputStream(),
              far.getInputStream(),
              far.getOutputStream());
      thread(
          () -> {
            try (near;
                far) {
              passage.answers(ends);
            }
          });
      passage.requests(ends);
    } finally {
      open.removeIf(Socket::isClosed);
    }
  }

  /** Ends all connections and every thread. */
  @Override
  public void close() {
    try {
      closed = true;
      door.close();
      cut();
      threads.forEach(Thread::interrupt);
      for (Thread last : threads) {
        last.join();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException broken) {
      return; // closed already
    }
  }

  private interface Work {
    void run() throws IOException, InterruptedException;
  }

  private void thread(Work work) {
    Thread thread =
        new Thread(
            () -> {
              try {
                work.run();
              } catch (IOException | InterruptedException ended) {
                // one side has closed the connection
              } finally {
                threads.remove(Thread.currentThread());
              }
            },
            "relay");
    thread.setDaemon(true);
    threads.add(thread);
    thread.start();
  }
}
