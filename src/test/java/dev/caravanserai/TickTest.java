package dev.caravanserai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.apache.camel.builder.AdviceWith;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.support.AsyncProcessorSupport;
import org.junit.jupiter.api.Test;

/** A tick whose requests get no answer is not followed by another. */
class TickTest extends RouteTest {
  private final AtomicInteger ticks = new AtomicInteger();
  private final AtomicInteger beats = new AtomicInteger();

  @Override
  String file() {
    return "routes/reaper.camel.yaml";
  }

  /** Never done. */
  private final class Silent extends AsyncProcessorSupport {
    @Override
    public boolean process(Exchange exchange, AsyncCallback callback) {
      ticks.incrementAndGet();
      return false;
    }
  }

  @Test
  void tick_begins_only_when_the_one_before_has_ended() throws Exception {
    // Given
    context
        .getPropertiesComponent()
        .addOverrideProperty("caravanserai.reaper.orphan-interval", "50ms");
    for (String other : List.of("reaper-due", "reaper-failed", "reaper-failed-event")) {
      AdviceWith.adviceWith(context, other, advice -> advice.replaceFromWith("direct:" + other));
    }
    AdviceWith.adviceWith(
        context,
        "reaper-orphans",
        advice -> {
          advice.weaveById("list-orphans").replace().process(new Silent());
          advice.weaveById("read-orphan").replace().log("not reached");
        });
    context.addRoutes(
        new RouteBuilder() {
          @Override
          public void configure() {
            from("scheduler:beat?delay=50").process(beat -> beats.incrementAndGet());
          }
        });
    context.getShutdownStrategy().setTimeout(1);

    // When
    context.start();
    await().until(() -> ticks.get() > 0);
    int before = beats.get();
    await().until(() -> beats.get() > before + 20);

    // Then
    assertThat(ticks).hasValue(1);
  }
}
