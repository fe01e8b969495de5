package dev.caravanserai.server;

import org.apache.camel.AsyncCallback;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.NamedNode;
import org.apache.camel.Processor;
import org.apache.camel.spi.InterceptStrategy;
import org.apache.camel.support.processor.DelegateAsyncProcessor;

/**
 * Makes an {@link Error} of a step, for instance an {@link OutOfMemoryError}, the exception of its
 * exchange, as Camel does with exceptions. Camel itself drops the exchange, after an asynchronous
 * step without a log line, and an HTTP caller would wait for ever.
 */
final class StepErrors implements InterceptStrategy {

  @Override
  public Processor wrapProcessorInInterceptors(
      CamelContext context, NamedNode definition, Processor target, Processor nextTarget) {
    return new DelegateAsyncProcessor(target) {
      @Override
      public boolean process(Exchange exchange, AsyncCallback callback) {
        try {
          return super.process(exchange, callback);
        } catch (Error e) {
          exchange.setException(e);
          callback.done(true);
          return true;
        }
      }
    };
  }
}
