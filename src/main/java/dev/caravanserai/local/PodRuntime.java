package dev.caravanserai.local;

import java.io.InputStream;
import java.io.OutputStream;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** What the API server asks of the kubelet. Refusals are {@link ApiError}. */
interface PodRuntime {

  /** A process that runs beside a container's main process. Its streams block. */
  interface PodProcess {
    OutputStream stdin();

    InputStream stdout();

    /** Empty when it has a terminal. */
    InputStream stderr();

    void resize(int columns, int rows);

    CompletableFuture<Integer> exit();
  }

  /**
   * @param limitBytes end after as many
   */
  record LogQuery(
      boolean previous,
      boolean follow,
      boolean timestamps,
      Optional<Integer> tailLines,
      Optional<Instant> since,
      Optional<Long> limitBytes) {}

  /** Takes log bytes; called by one thread. */
  interface LogSink {
    void write(byte[] bytes);

    void end();
  }

  /**
   * Starts a process in a running container.
   *
   * @throws ApiError 404 no such pod; 400 no such container or not running; 500 with the runtime's
   *     words when there is no such program
   */
  PodProcess exec(
      String namespace,
      String pod,
      String container,
      List<String> argv,
      boolean stdin,
      boolean tty);

  /**
   * Reads a container's log.
   *
   * @return ends it early
   * @throws ApiError 404 no such pod; 400 the container has not started, or no previous one
   */
  AutoCloseable logs(String namespace, String pod, String container, LogQuery query, LogSink sink);
}
