package dev.caravanserai.http;

import dev.caravanserai.session.FailureCode;

/**
 * @param bodyBytes largest body of a request
 * @param bodySetting the setting that says so, for messages
 */
public record HttpLimits(long bodyBytes, String bodySetting) {

  Problem tooLarge() {
    return Problem.of(
        413,
        FailureCode.INVALID_REQUEST,
        "The request body is larger than %d bytes, the limit of the setting %s."
            .formatted(bodyBytes, bodySetting));
  }
}
