package dev.caravanserai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravanserai.session.ExecResult;
import dev.caravanserai.session.Session;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.camel.CamelContext;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A step that blocks after an exec, also in another exec, delays no other route and no exec. */
@Tag("local")
@ExtendWith(NothingLeftBehind.class)
class SlowRoutesIT {
  private static final int ROUTES = 12;
  private static final CountDownLatch BLOCKED = new CountDownLatch(ROUTES);
  private static final CountDownLatch RELEASE = new CountDownLatch(1);
  private static CamelContext camel;
  private static String session;

  @AutoClose("shutdownNow")
  private final ExecutorService callers = Executors.newCachedThreadPool();

  @BeforeAll
  static void an_application_with_routes_of_its_own() throws Exception {
    Properties settings = new Properties();
    settings.put("caravanserai.cluster.namespace", TestCluster.NAMESPACE);
    camel = new DefaultCamelContext();
    camel.getRegistry().bind("cluster", TestCluster.get().client());
    camel.getPropertiesComponent().setInitialProperties(settings);
    camel.start();
    camel
        .getComponent("kamelet", org.apache.camel.component.kamelet.KameletComponent.class)
        .setLocation("classpath:kamelets");
    session =
        camel
            .createFluentProducerTemplate()
            .to("kamelet:session-start-action?image=busybox:1&lifetime=600")
            .request(Session.class)
            .id();
    camel.addRoutes(new Routes());
  }

  private static final class Routes extends RouteBuilder {
    @Override
    public void configure() {
      String exec = "pod:exec?script=true&sessionId=" + session;
      from("direct:exec").to(exec);
      from("direct:blocks")
          .to(exec)
          .process(
              e -> {
                BLOCKED.countDown();
                RELEASE.await();
              });
      from("direct:nests").to(exec).process(e -> e.getMessage().setBody(ask("direct:exec")));
    }
  }

  @AfterAll
  static void stop() throws Exception {
    RELEASE.countDown();
    if (session != null) {
      camel
          .createFluentProducerTemplate()
          .to("kamelet:session-stop-action?wait=true&sessionId=" + session)
          .send();
    }
    camel.close();
  }

  @Test
  void blocked_and_nested_steps_run_side_by_side_and_delay_no_exec() throws Exception {
    // Given
    CompletableFuture<Void> blocked = askOften("direct:blocks");
    assertThat(BLOCKED.await(3, TimeUnit.MINUTES)).as("all are blocked at once").isTrue();

    // When
    ExecResult plain = ask("direct:exec");
    CompletableFuture<Void> nested = askOften("direct:nests");

    // Then
    assertThat(plain.outcome().success()).isTrue();
    nested.get(3, TimeUnit.MINUTES);
    RELEASE.countDown();
    blocked.get(3, TimeUnit.MINUTES);
  }

  private CompletableFuture<Void> askOften(String route) {
    return CompletableFuture.allOf(
        IntStream.range(0, ROUTES)
            .mapToObj(i -> CompletableFuture.supplyAsync(() -> ask(route), callers))
            .toArray(CompletableFuture[]::new));
  }

  private static ExecResult ask(String route) {
    ProducerTemplate template = camel.createProducerTemplate();
    return template.requestBody(route, null, ExecResult.class);
  }
}
