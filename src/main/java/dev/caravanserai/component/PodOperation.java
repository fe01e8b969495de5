package dev.caravanserai.component;

import java.util.concurrent.CompletionStage;
import org.apache.camel.Exchange;

/** One operation. Never blocks; what it stage comes to becomes the body. */
@FunctionalInterface
interface PodOperation {
  CompletionStage<?> run(Exchange exchange) throws Exception;
}
