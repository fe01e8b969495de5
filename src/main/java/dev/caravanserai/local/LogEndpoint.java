package dev.caravanserai.local;

import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;

/** {@code pods/{name}/log}. */
record LogEndpoint(ProcessKubelet kubelet) {

  void serve(HttpServerRequest request, JsonNode pod, Query query) {
    ContainerRun container = kubelet.container(pod, query.text("container"));
    PodLog log = container.logOf(query.flag("previous"));
    Optional<Instant> since =
        query
            .number("sinceSeconds")
            .map(seconds -> Instant.now().minusSeconds(seconds))
            .or(() -> query.text("sinceTime").map(LogEndpoint::time));
    LogReader.Wanted wanted =
        new LogReader.Wanted(
            query.flag("follow"),
            query.flag("timestamps"),
            query.number("tailLines"),
            since,
            query.number("limitBytes"));
    HttpServerResponse response = request.response();
    response.setChunked(true).putHeader("Content-Type", "text/plain");
    if (wanted.follow()) {
      response.write(Buffer.buffer()); // the headers, although there may be no log yet
    }
    LogReader reader = new LogReader(log, wanted, response);
    response.closeHandler(closed -> reader.close());
    kubelet.node().streams().watch(reader::look);
  }

  private static Instant time(String text) {
    try {
      return Instant.parse(text);
    } catch (DateTimeParseException e) {
      throw ApiError.bad("sinceTime: \"" + text + "\" is not an RFC 3339 time");
    }
  }
}
