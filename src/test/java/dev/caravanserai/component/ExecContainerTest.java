package dev.caravanserai.component;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravanserai.session.Annotations;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.util.Map;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The container of an exec: one of those that run as long as the pod. */
class ExecContainerTest {
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
