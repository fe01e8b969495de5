package dev.caravanserai.component;

import java.util.concurrent.CompletionStage;
import org.apache.camel.Exchange;

/** One operation. Must not block; the stage's result becomes the message body. */
@FunctionalInterface
interface PodOperation {
  CompletionStage<?> run(Exchange exchange) throws Exception;
}
