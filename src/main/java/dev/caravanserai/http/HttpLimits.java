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
 */
public record HttpLimits(long bodyBytes, Duration receive, Duration idle, int streams) {

  public static HttpLimits of(Settings settings) {
    return new HttpLimits(
        settings.get(Settings.HTTP_BODY_LIMIT),
        settings.get(Settings.HTTP_RECEIVE_TIMEOUT),
        settings.get(Settings.HTTP_IDLE_TIMEOUT),
        settings.get(Settings.HTTP_STREAMS));
  }

  Problem tooLarge() {
    return Problem.of(
        413,
        FailureCode.INVALID_REQUEST,
        "The request body is larger than %d bytes, the limit of the setting %s."
            .formatted(bodyBytes, Settings.HTTP_BODY_LIMIT.key()));
  }

  FailureException tooManyStreams() {
    return FailureException.of(
        FailureCode.LIMIT_REACHED,
        "All %d streams of the setting %s are open, or your tenant has three quarters of them: try again when one has ended."
            .formatted(streams, Settings.HTTP_STREAMS.key()));
  }

  /**
   * @param part of the request: head or body
   */
  Problem tooLate(String part) {
    return Problem.of(
        408,
        FailureCode.INVALID_REQUEST,
        "The %s of the request did not end within %d ms, the limit of the setting %s."
            .formatted(part, receive.toMillis(), Settings.HTTP_RECEIVE_TIMEOUT.key()));
  }
}
