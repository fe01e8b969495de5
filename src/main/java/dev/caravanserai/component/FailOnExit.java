package dev.caravanserai.component;

import dev.caravanserai.session.ExecResult;
import java.util.concurrent.CompletionStage;
import org.apache.camel.Exchange;

/** An exec that fails with {@link ExecFailedException} unless its command exits with 0. */
record FailOnExit(PodOperation exec, SessionLookup lookup) implements PodOperation {

  @Override
  public CompletionStage<?> run(Exchange exchange) throws Exception {
    String session = lookup.key(exchange).id();
    return exec.run(exchange)
        .thenApply(
            result -> {
              if (result instanceof ExecResult ended && !ended.outcome().success()) {
                throw new ExecFailedException(session, ended);
              }
              return result;
            });
  }
}
