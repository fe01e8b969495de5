package dev.caravanserai.component;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravanserai.settings.Settings;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Where a route goes on after an operation of {@code pod:}. */
class ContinuationsTest {
  private static final int THREADS = 8;

  @AutoClose
  private final KameletContext camel =
      new KameletContext(Settings.of(Map.of("caravanserai.threads", String.valueOf(THREADS))));

  @AutoClose("shutdownNow")
  private final ExecutorService callers = Executors.newCachedThreadPool();

  private final CountDownLatch release = new CountDownLatch(1);

  @Test
  void route_that_blocks_all_its_threads_delays_no_other_also_of_the_same_kamelet()
      throws Exception {
    // Given
    CountDownLatch blocked = new CountDownLatch(THREADS);
    camel
        .camel()
        .addRoutes(
            new RouteBuilder() {
              @Override
              public void configure() {
                String list = "kamelet:session-list-action?tenant=red";
                from("direct:blocks")
                    .to(list)
                    .process(
                        e -> {
                          blocked.countDown();
                          release.await();
                        });
                from("direct:other").to(list).to("direct:shared");
                from("direct:shared").to(list).setBody(constant("listed"));
                from("direct:also-blocks").to("direct:shared").process(e -> release.await());
              }
            });
    camel.camel().start();
    ProducerTemplate template = camel.camel().createProducerTemplate();
    try {
      // When
      for (int i = 0; i < 2 * THREADS; i++) {
        callers.execute(() -> template.sendBody("direct:blocks", null));
        callers.execute(() -> template.sendBody("direct:also-blocks", null));
      }
      assertThat(blocked.await(1, TimeUnit.MINUTES)).isTrue();

      // Then
      CompletableFuture<Object> other =
          CompletableFuture.supplyAsync(
              () -> template.requestBody("direct:other", (Object) null), callers);
      assertThat(other.get(1, TimeUnit.MINUTES)).isEqualTo("listed");
    } finally {
      release.countDown();
    }
  }
}
