package dev.caravanserai;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.internal.SSLUtils;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.SocketFactory;

/**
 * Stands before an API server and stops single writes: a session's life stands still there, while
 * those of others go on. Watches, execs and reads pass.
 */
final class ApiGate implements AutoCloseable {
  /** What becomes of a write. */
  enum Verdict {
    /** It never reaches the API server, nor does any later write about the same session. */
    HELD,
    /** It is done, but nobody is told; no later write about the same session is. */
    UNANSWERED,
    /** The API server says that it is not allowed. */
    FORBIDDEN
  }

  /**
   * @param method such as {@code POST}
   * @param resource such as {@code pods}
   * @param session whose name is in the path or the body
   */
  private record Rule(String method, String resource, String session, Verdict verdict) {
    boolean covers(HttpHead head, String body) {
      return head.method().equals(method)
          && head.resource().equals(resource)
          && about(session, head, body);
    }
  }

  private static final Set<String> WRITES = Set.of("POST", "PUT", "PATCH", "DELETE");

  private final Config server;
  private final SocketFactory sockets;
  private final ServerSocket door = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
  private final List<Rule> rules = new CopyOnWriteArrayList<>();
  private final Set<String> reached = ConcurrentHashMap.newKeySet();
  private final Map<String, Integer> forbidden = new ConcurrentHashMap<>();
  private final AtomicInteger lists = new AtomicInteger();
  private final List<Socket> open = new CopyOnWriteArrayList<>();

  /**
   * @param client whose credentials it shows where the caller's alone do not do
   */
  ApiGate(KubernetesClient client) throws IOException, GeneralSecurityException {
    server = client.getConfiguration();
    sockets =
        server.getMasterUrl().startsWith("https")
            ? SSLUtils.sslContext(server).getSocketFactory()
            : SocketFactory.getDefault();
    thread(this::accept);
  }

  /** From now on. */
  void stop(String method, String resource, String session, Verdict verdict) {
    rules.add(new Rule(method, resource, session, verdict));
  }

  /** From now on all passes again that is not held yet. */
  void open() {
    rules.clear();
  }

  /** The sessions of which a write was held or not answered. */
  Set<String> reached() {
    return Set.copyOf(reached);
  }

  /** How often something was forbidden to a session. */
  int forbidden(String session) {
    return forbidden.getOrDefault(session, 0);
  }

  /** How often somebody asked for all objects of a kind. */
  int lists() {
    return lists.get();
  }

  /** A kubeconfig that leads through here. */
  Path kubeconfig(Path folder) throws IOException {
    String token =
        Optional.ofNullable(server.getOauthToken()).orElseGet(() -> server.getAutoOAuthToken());
    return Files.writeString(
        folder.resolve("gate.kubeconfig"),
        """
        apiVersion: v1
        kind: Config
        current-context: gate
        clusters: [{name: gate, cluster: {server: 'http://127.0.0.1:%d'}}]
        users: [{name: gate, user: {token: '%s'}}]
        contexts: [{name: gate, context: {cluster: gate, user: gate}}]
        """
            .formatted(door.getLocalPort(), token));
  }

  private static boolean about(String session, HttpHead head, String body) {
    return head.path().contains(session) || body.contains(session);
  }

  private void accept() throws IOException {
    while (true) {
      Socket near = door.accept();
      URI url = URI.create(server.getMasterUrl());
      Socket far = sockets.createSocket(url.getHost(), url.getPort());
      open.addAll(List.of(near, far));
      thread(() -> forward(near, far));
    }
  }

  private void forward(Socket near, Socket far) throws IOException {
    InputStream in = new BufferedInputStream(near.getInputStream());
    OutputStream out = far.getOutputStream();
    Answers answers = new Answers(far.getInputStream(), near.getOutputStream());
    thread(
        () -> {
          try (near;
              far) {
            answers.pass();
          }
        });
    try (near;
        far) {
      for (Optional<HttpHead> head = HttpHead.read(in);
          head.isPresent();
          head = HttpHead.read(in)) {
        byte[] body = head.get().body(in);
        if (!stopped(head.get(), new String(body, StandardCharsets.UTF_8), answers)) {
          out.write(head.get().bytes(body.length));
          out.write(body);
          out.flush();
          if (head.get().upgrade()) {
            in.transferTo(out);
          }
        }
      }
    }
  }

  /** Whether the request is not to be passed on. */
  private boolean stopped(HttpHead head, String body, Answers answers) throws IOException {
    if (!WRITES.contains(head.method())) {
      if (head.list()) {
        lists.incrementAndGet();
      }
      return false;
    }
    Optional<Rule> rule = rules.stream().filter(r -> r.covers(head, body)).findFirst();
    if (rule.isEmpty()) {
      return !alongside(head) && reached.stream().anyMatch(session -> about(session, head, body));
    }
    if (rule.get().verdict() == Verdict.FORBIDDEN) {
      forbidden.merge(rule.get().session(), 1, Integer::sum);
      answers.forbid();
      return true;
    }
    if (rule.get().verdict() == Verdict.UNANSWERED) {
      answers.silence();
    }
    reached.add(rule.get().session());
    return rule.get().verdict() == Verdict.HELD;
  }

  /** A claim is made at the same time as a secret, so it may come after a secret that was held. */
  private static boolean alongside(HttpHead head) {
    return head.method().equals("POST") && head.resource().equals("persistentvolumeclaims");
  }

  /** What the API server says on one connection. */
  private static final class Answers {
    private final InputStream from;
    private final OutputStream to;
    private volatile boolean silent;

    Answers(InputStream from, OutputStream to) {
      this.from = from;
      this.to = to;
    }

    void pass() throws IOException {
      byte[] buffer = new byte[8192];
      for (int n = from.read(buffer); n >= 0; n = from.read(buffer)) {
        if (!silent) {
          to.write(buffer, 0, n);
          to.flush();
        }
      }
    }

    void silence() {
      silent = true;
    }

    void forbid() throws IOException {
      byte[] status =
          """
          {"kind":"Status","apiVersion":"v1","status":"Failure","reason":"Forbidden","code":403,
           "message":"the gate does not allow it"}"""
              .getBytes(StandardCharsets.UTF_8);
      to.write(
          "HTTP/1.1 403 Forbidden\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
              .formatted(status.length)
              .getBytes(StandardCharsets.US_ASCII));
      to.write(status);
      to.flush();
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
                return;
              }
            },
            "api-gate");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() throws IOException {
    door.close();
    for (Socket socket : open) {
      socket.close();
    }
  }
}
