package dev.caravanserai.component;

import dev.caravanserai.component.metrics.Meter;
import dev.caravanserai.session.Causes;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.apache.camel.Exchange;

/** An operation with a meter, which does not change its result. */
record MeasuredOperation(PodOperation operation, Meter meter) implements PodOperation {

  @Override
  public CompletionStage<?> run(Exchange exchange) throws Exception {
    Meter.End end = meter.begin(exchange);
    try {
      return operation
          .run(exchange)
          .whenComplete(
              (result, thrown) ->
                  end.ended(
                      Optional.ofNullable(result), Optional.ofNullable(thrown).map(Causes::of)));
    } catch (Exception e) {
      end.ended(Optional.empty(), Optional.of(e));
      throw e;
    }
  }
}
