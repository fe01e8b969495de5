package dev.caravanserai.http;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Handler;
import io.vertx.ext.web.RoutingContext;

/** Counts answers by status, and requests whose caller left before the answer. */
final class AnswerMeter implements Handler<RoutingContext> {
  private static final String LEFT = "left";

  private final MeterRegistry registry;

  AnswerMeter(MeterRegistry registry) {
    this.registry = registry;
  }

  @Override
  public void handle(RoutingContext ctx) {
    ctx.addEndHandler(
        written ->
            counter(written.failed() ? LEFT : String.valueOf(ctx.response().getStatusCode()))
                .increment());
    ctx.next();
  }

  private Counter counter(String status) {
    return Counter.builder("caravanserai.http.answers")
        .description("Answers to HTTP requests; left: the caller left before")
        .tag("status", status)
        .register(registry);
  }
}
