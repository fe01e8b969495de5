package dev.caravanserai;

import dev.caravanserai.wire.HttpHead;
import dev.caravanserai.wire.HttpPassage;
import dev.caravanserai.wire.Relay;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Stands before the API server of the test cluster and stops single writes: a session's life stands
 * still there, while those of others go on. Watches, execs and reads pass.
 */
final class ApiGate implements AutoCloseable {
  /** How a write is handled. */
  enum Verdict {
    /** It never reaches the API server, nor does any later write about the same session. */
    HELD,
    /** It is forwarded without a response; later writes about the same session are not. */
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

  private final List<Rule> rules = new CopyOnWriteArrayList<>();
  private final Set<String> reached = ConcurrentHashMap.newKeySet();
  private final Map<String, Integer> forbidden = new ConcurrentHashMap<>();
  private final AtomicInteger lists = new AtomicInteger();
  private final Relay relay = TestCluster.get().relay(Guarded::new);

  ApiGate() throws IOException, GeneralSecurityException {}

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

  /** The number of forbidden writes about a session. */
  int forbidden(String session) {
    return forbidden.getOrDefault(session, 0);
  }

  /** The number of list requests. */
  int lists() {
    return lists.get();
  }

  /** A kubeconfig that leads through here. */
  Path kubeconfig(Path folder) throws IOException {
    return TestCluster.get().kubeconfig(relay, folder);
  }

  private static boolean about(String session, HttpHead head, String body) {
    return head.path().contains(session) || body.contains(session);
  }

  @Override
  public void close() {
    relay.close();
  }

  private final class Guarded extends HttpPassage {
    private volatile boolean silent;

    @Override
    protected boolean passes(HttpHead head, String body, Ends ends) throws IOException {
      if (!WRITES.contains(head.method())) {
        if (head.list()) {
          lists.incrementAndGet();
        }
        return true;
      }
      Optional<Rule> rule = rules.stream().filter(r -> r.covers(head, body)).findFirst();
      if (rule.isEmpty()) {
        return alongside(head) || reached.stream().noneMatch(session -> about(session, head, body));
      }
      if (rule.get().verdict() == Verdict.FORBIDDEN) {
        forbidden.merge(rule.get().session(), 1, Integer::sum);
        forbid(ends);
        return false;
      }
      silent |= rule.get().verdict() == Verdict.UNANSWERED;
      reached.add(rule.get().session());
      return rule.get().verdict() == Verdict.UNANSWERED;
    }

    /**
     * A claim is made at the same time as a secret, so it may come after a secret that was held.
     */
    private static boolean alongside(HttpHead head) {
      return head.method().equals("POST") && head.resource().equals("persistentvolumeclaims");
    }

    @Override
    protected Fate fate() {
      return silent ? Fate.KEPT : Fate.TOLD;
    }

    private static void forbid(Ends ends) throws IOException {
      String status =
          """
          {"kind":"Status","apiVersion":"v1","status":"Failure","reason":"Forbidden","code":403,
           "message":"the gate does not allow it"}""";
      String head =
          "HTTP/1.1 403 Forbidden\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n";
      ends.toCaller()
          .write((head.formatted(status.length()) + status).getBytes(StandardCharsets.US_ASCII));
      ends.toCaller().flush();
    }
  }
}
