package dev.caravanserai.http;

import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.FailureException;
import dev.caravanserai.settings.Settings;
import java.time.Duration;

/**
 * Limits of a request.
 *
 * @param bodyBytes maximum size of the body
 * @param receive time limit for the head of a request, and again for its body
 * @param idle time limit between requests, and without progress while the caller reads a response
 * @param streams maximum number of responses sent at a time whose body is a stream of a route
 * @param bodyMemory maximum bytes of all bodies in memory, at least twice {@code bodyBytes}
 * @param routeThreads maximum number of threads of an HTTP route other than those of the server's
 *     API
 */
public record HttpLimits(
    long bodyBytes,
    Duration receive,
    Duration idle,
    int streams,
    long bodyMemory,
    int routeThreads) {

  public HttpLimits {
    bodyMemory = Math.max(bodyMemory, 2 * bodyBytes);
  }

  public static HttpLimits of(Settings settings) {
    return new HttpLimits(
        settings.get(Settings.HTTP_BODY_LIMIT),
        settings.get(Settings.HTTP_RECEIVE_TIMEOUT),
        settings.get(Settings.HTTP_IDLE_TIMEOUT),
        settings.get(Settings.HTTP_STREAMS),
        settings.get(Settings.HTTP_BODY_MEMORY),
        settings.get(Settings.THREADS));
  }

  FailureException tooLarge() {
    return new StatusException(
        413,
        "The request body is larger than %d bytes, the limit of the setting %s."
            .formatted(bodyBytes, Settings.HTTP_BODY_LIMIT.key()));
  }

  FailureException tooManyStreams() {
    return FailureException.of(
        FailureCode.LIMIT_REACHED,
        "All %d streams of the setting %s are open, or your tenant has three quarters of them: try again when one has ended."
            .formatted(streams, Settings.HTTP_STREAMS.key()));
  }

  FailureException noBodyMemory() {
    return FailureException.of(
        FailureCode.LIMIT_REACHED,
        "The request bodies in memory have reached %d bytes, the limit of the setting %s, or your tenant has three quarters of them: try again when a request has ended."
            .formatted(bodyMemory, Settings.HTTP_BODY_MEMORY.key()));
  }

  FailureException noThread() {
    return FailureException.of(
        FailureCode.LIMIT_REACHED,
        "The route was not started: all %d threads of this HTTP route are in use, the limit of the setting %s. Try again later."
            .formatted(routeThreads, Settings.THREADS.key()));
  }

  /**
   * @param part of the request: head or body
   */
  Problem tooLate(String part) {
    return Problem.of(
        new StatusException(
            408,
            "The %s of the request did not end within %d ms, the limit of the setting %s."
                .formatted(part, receive.toMillis(), Settings.HTTP_RECEIVE_TIMEOUT.key())));
  }
}
