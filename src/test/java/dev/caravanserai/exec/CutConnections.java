package dev.caravanserai.exec;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Passes connections on to a server, until they are cut. */
public final class CutConnections implements Closeable {
  private final ServerSocket front;
  private final InetSocketAddress server;
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();

  public CutConnections(InetSocketAddress server) throws IOException {
    this.server = server;
    this.front = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    thread(this::accept);
  }

  public int port() {
    return front.getLocalPort();
  }

  private void accept() throws IOException {
    while (true) {
      Socket in = front.accept();
      Socket out = new Socket(server.getAddress(), server.getPort());
      sockets.addAll(List.of(in, out));
      thread(() -> in.getInputStream().transferTo(out.getOutputStream()));
      thread(() -> out.getInputStream().transferTo(in.getOutputStream()));
    }
  }

  /** Breaks all that there are; new ones are passed on. */
  public void cut() {
    try {
      for (Socket socket : sockets) {
        socket.close();
      }
      sockets.clear();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    try {
      front.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    cut();
  }

  private interface Work {
    void run() throws IOException;
  }

  private static void thread(Work work) {
    Thread thread =
        new Thread(
            () -> {
              try {
                work.run();
              } catch (IOException closed) {
                // It was cut.
              }
            });
    thread.setDaemon(true);
    thread.start();
  }
}
