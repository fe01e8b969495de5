package dev.caravanserai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravanserai.session.Yaml;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.camel.AsyncCallback;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.AsyncProcessorSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A tick whose requests get no response is not followed by another. */
class TickTest {
  private final AtomicInteger ticks = new AtomicInteger();
  private final AtomicInteger beats = new AtomicInteger();

  /** Never done. */
  private final class Silent extends AsyncProcessorSupport {
    @Override
    public boolean process(Exchange exchange, AsyncCallback callback) {
      ticks.incrementAndGet();
      return false;
    }
  }

  @ParameterizedTest
  @MethodSource("schedulers")
  void tick_begins_only_when_the_one_before_has_ended(String scheduler) throws Exception {
    // Given
    try (CamelContext context = new DefaultCamelContext()) {
      context.addRoutes(
          new RouteBuilder() {
            @Override
            public void configure() {
              from(scheduler).process(new Silent());
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

  /** Those of all shipped routes, with short pauses. */
  static List<String> schedulers() throws IOException {
    List<String> schedulers = new ArrayList<>();
    try (Stream<Path> files = Files.list(Path.of("routes"))) {
      for (Path file : files.sorted().toList()) {
        for (JsonNode element : Yaml.read(Files.readString(file))) {
          JsonNode from = element.at("/route/from");
          String uri = from.path("uri").asText();
          if (uri.startsWith("scheduler:")) {
            schedulers.add(
                "%s?delay=50&synchronous=%s"
                    .formatted(uri, from.at("/parameters/synchronous").asBoolean()));
          }
        }
      }
    }
    assertThat(schedulers).isNotEmpty();
    return schedulers;
  }
}
