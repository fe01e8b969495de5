package dev.caravanserai.component;

import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.camel.Exchange;
import org.apache.camel.InvalidPayloadException;

/** An operation on nothing but the body, which has to be of one type. */
record BodyOperation<T>(Class<T> type, Function<T, CompletionStage<?>> operation)
    implements PodOperation {

  @Override
  public CompletionStage<?> run(Exchange exchange) throws InvalidPayloadException {
    return operation.apply(exchange.getMessage().getMandatoryBody(type));
  }
}
