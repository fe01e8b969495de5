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

/** Passes connections on to a server, until it is closed and breaks them all. */
final class CutConnections implements Closeable {
  private final ServerSocket front;
  private final InetSocketAddress server;
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();

  CutConnections(InetSocketAddress server) throws IOException {
    this.server = server;
    this.front = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    thread(this::accept);
  }

  int port() {
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

  @Override
  public void close() {
    try {
      front.close();
      for (Socket socket : sockets) {
        socket.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
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
