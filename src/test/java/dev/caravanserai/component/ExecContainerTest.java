package dev.caravanserai.component;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.caravanserai.cluster.ExecChannel;
import dev.caravanserai.cluster.ExecEnd;
import dev.caravanserai.cluster.ExecListener;
import dev.caravanserai.session.Annotations;
import dev.caravanserai.session.ExecResult;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.support.DefaultExchange;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.UnitOfWorkHelper;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The container of an exec, and how long its result counts as memory in use. */
class ExecContainerTest {
  private static final long OUTPUT = 5000;

  private final List<Long> used = new CopyOnWriteArrayList<>();
  @AutoClose private final KameletContext context = new KameletContext();

  @BeforeEach
  void start() throws Exception {
    context.cluster().deliver(new ConfigMapBuilder().withMetadata(meta("anchor")).build());
    context
        .cluster()
        .deliver(
            new PodBuilder()
                .withMetadata(meta("1"))
                .editMetadata()
                .addNewOwnerReference()
                .withKind("ConfigMap")
                .withUid("anchor")
                .endOwnerReference()
                .endMetadata()
                .withNewSpec()
                .addNewInitContainer()
                .withName("setup")
                .endInitContainer()
                .addNewInitContainer()
                .withName("proxy")
                .withRestartPolicy("Always")
                .endInitContainer()
                .addNewContainer()
                .withName("main")
                .endContainer()
                .endSpec()
                .build());
    context
        .camel()
        .addRoutes(
            new RouteBuilder() {
              @Override
              public void configure() {
                errorHandler(noErrorHandler());
                from("direct:exec").to("pod:exec");
                from("direct:memory")
                    .process(ExecContainerTest.this::note)
                    .to("pod:exec?script=true")
                    .process(ExecContainerTest.this::note)
                    .to("pod:exec?script=true&failOnExit=true")
                    .process(ExecContainerTest.this::note);
                String exec = "kamelet:session-exec-action?script=true";
                from("direct:kamelet").to(exec).process(ExecContainerTest.this::note);
                routeTemplate("outer").from("kamelet:source").to(exec);
                from("direct:nested").to("kamelet:outer").process(ExecContainerTest.this::note);
                from("direct:twice").to(exec).to(exec).process(ExecContainerTest.this::note);
                from("direct:tapped").to(exec).wireTap("direct:tap");
                from("direct:tap").to(exec).process(ExecContainerTest.this::note);
                from("direct:split")
                    .split(constant(List.of(1, 2, 3)))
                    .to(exec)
                    .process(ExecContainerTest.this::note)
                    .end()
                    .process(ExecContainerTest.this::note);
                from("direct:multicast")
                    .multicast()
                    .to(exec, exec)
                    .end()
                    .process(ExecContainerTest.this::note);
                from("direct:loop")
                    .loop(3)
                    .copy()
                    .to(exec)
                    .end()
                    .process(ExecContainerTest.this::note);
                from("direct:enrich")
                    .to(exec)
                    .enrich(exec, (whole, part) -> whole)
                    .process(ExecContainerTest.this::note);
              }
            });
    context.camel().start();
  }

  private static ObjectMeta meta(String uid) {
    return new ObjectMetaBuilder()
        .withNamespace("ns")
        .withName("session-a")
        .withUid(uid)
        .withAnnotations(
            Map.of(
                Annotations.ID, "a",
                Annotations.TENANT, "default",
                Annotations.STARTED_AT, "2026-01-01T00:00:00Z",
                Annotations.EXPIRES_AT, "2999-01-01T00:00:00Z"))
        .build();
  }

  private void note(Exchange exchange) {
    used.add(context.services().execs().memory());
  }

  /** Every command writes {@value #OUTPUT} bytes, and then exits with 0. */
  private static final class Printing implements ExecChannel {
    private final ExecListener to;

    Printing(ExecListener to) {
      this.to = to;
    }

    @Override
    public CompletionStage<Void> write(byte[] bytes) {
      String written = new String(bytes, StandardCharsets.UTF_8);
      if (written.indexOf('\n') > 0) { // what the supervisor is given
        String mark = written.lines().findFirst().orElseThrow();
        to.onStdout((mark + " 1\n").getBytes(StandardCharsets.UTF_8));
        to.onStderr((mark + "\n").getBytes(StandardCharsets.UTF_8));
        to.onStdout(new byte[(int) OUTPUT]);
        to.onEnd(new ExecEnd.Exited(0));
      }
      return CompletableFuture.completedFuture(null);
    }

    @Override
    public boolean canCloseStdin() {
      return false;
    }

    @Override
    public void closeStdin() {}

    @Override
    public void close() {}
  }

  @Test
  void result_counts_as_memory_in_use_until_its_exchange_is_done_or_has_the_next_one() {
    // Given
    context.cluster().execs((start, listener) -> listener.onOpen(new Printing(listener)));

    // When
    Exchange done =
        context
            .camel()
            .createProducerTemplate()
            .request("direct:memory", e -> e.getMessage().setHeader(PodConstants.SESSION_ID, "a"));

    // Then
    assertThat(done.getException()).isNull();
    assertThat(done.getMessage().getBody(ExecResult.class).stdout().bytes()).hasSize((int) OUTPUT);
    assertThat(used).containsExactly(0L, OUTPUT, OUTPUT);
    assertThat(context.services().execs().memory()).isZero();
  }

  /** Runs a route in an exchange whose unit of work goes on, as that of a request does. */
  private Exchange request(String route) throws Exception {
    context.cluster().execs((start, listener) -> listener.onOpen(new Printing(listener)));
    Exchange exchange = new DefaultExchange(context.camel());
    exchange
        .getExchangeExtension()
        .setUnitOfWork(
            PluginHelper.getUnitOfWorkFactory(context.camel()).createUnitOfWork(exchange));
    exchange.getMessage().setHeader(PodConstants.SESSION_ID, "a");
    context.camel().createProducerTemplate().send(route, exchange);
    assertThat(exchange.getException()).isNull();
    return exchange;
  }

  private long memory() {
    return context.services().execs().memory();
  }

  @Test
  void result_that_a_kamelet_returns_counts_until_the_exchange_of_its_caller_is_done()
      throws Exception {
    for (String route :
        List.of(
            "direct:kamelet", "direct:nested", "direct:twice", "direct:multicast", "direct:loop")) {
      // When
      used.clear();
      Exchange request = request(route);

      // Then
      assertThat(used).as(route).containsExactly(OUTPUT);
      assertThat(memory()).as(route).isEqualTo(OUTPUT);
      UnitOfWorkHelper.doneUow(request.getUnitOfWork(), request);
      assertThat(memory()).as(route).isZero();
    }
  }

  @Test
  void result_in_a_route_without_a_caller_counts_until_that_route_has_ended() {
    // Given
    context.cluster().execs((start, listener) -> listener.onOpen(new Printing(listener)));

    // When
    context
        .camel()
        .createProducerTemplate()
        .sendBodyAndHeader("direct:kamelet", null, PodConstants.SESSION_ID, "a");

    // Then
    assertThat(used).containsExactly(OUTPUT);
    assertThat(memory()).isZero();
  }

  @Test
  void result_of_an_item_of_a_split_counts_until_the_item_is_done() throws Exception {
    // When
    request("direct:split");

    // Then
    assertThat(used).containsExactly(OUTPUT, OUTPUT, OUTPUT, 0L);
    assertThat(memory()).isZero();
  }

  @Test
  void exec_in_a_copy_of_an_exchange_leaves_the_result_of_the_exchange_counted() throws Exception {
    // When
    Exchange enriched = request("direct:enrich");

    // Then
    assertThat(used).containsExactly(OUTPUT);
    UnitOfWorkHelper.doneUow(enriched.getUnitOfWork(), enriched);

    // When
    used.clear();
    Exchange request = request("direct:tapped");

    // Then
    await().atMost(Duration.ofSeconds(60)).until(() -> !used.isEmpty() && memory() == OUTPUT);
    assertThat(used).containsExactly(2 * OUTPUT);
    UnitOfWorkHelper.doneUow(request.getUnitOfWork(), request);
  }

  /** Nothing can be started in the cluster of this test: the failure names the container. */
  private Exception exec(String container) {
    return context
        .camel()
        .createProducerTemplate()
        .request(
            "direct:exec",
            e -> {
              e.getMessage().setHeader(PodConstants.SESSION_ID, "a");
              e.getMessage().setBody(Map.of("container", container, "script", "true"));
            })
        .getException();
  }

  @Test
  void command_is_started_in_a_sidecar_that_is_an_init_container() {
    assertThat(exec("proxy")).hasMessageContaining("Exec in ns/session-a/proxy could not be");
    assertThat(exec("main")).hasMessageContaining("Exec in ns/session-a/main could not be");
  }

  @Test
  void init_container_that_has_ended_is_not_one_of_the_containers_of_a_session() {
    assertThat(exec("setup"))
        .hasMessageContainingAll("NOT_FOUND", "has no container setup; it has main, proxy.");
  }
}
