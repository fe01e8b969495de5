package dev.caravanserai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.caravanserai.component.PodComponent;
import dev.caravanserai.server.Server;
import dev.caravanserai.session.ExecResult;
import dev.caravanserai.session.Session;
import dev.caravanserai.settings.Settings;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import org.apache.camel.CamelContext;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The Kubernetes client of an application's own, and that of the server, for every endpoint. */
@Tag("local")
@ExtendWith(NothingLeftBehind.class)
class OwnClientIT {

  @Test
  void single_client_in_the_registry_is_used_and_not_closed(@TempDir Path folder) throws Exception {
    // Given
    KubernetesClient client = TestCluster.get().client();
    Properties nothingElse = new Properties();
    Path unusable = Files.writeString(folder.resolve("kubeconfig"), "of no use");
    nothingElse.put("caravanserai.cluster.kubeconfig", unusable.toString());
    nothingElse.put("caravanserai.cluster.namespace", TestCluster.NAMESPACE);

    // When
    PodComponent component;
    String written;
    List<?> listed;
    try (CamelContext camel = new DefaultCamelContext()) {
      camel.getRegistry().bind("cluster", client);
      camel.getPropertiesComponent().setInitialProperties(nothingElse);
      camel.start();
      camel
          .getComponent("kamelet", org.apache.camel.component.kamelet.KameletComponent.class)
          .setLocation("classpath:kamelets");
      Session started =
          camel
              .createFluentProducerTemplate()
              .to("kamelet:session-start-action?image=busybox:1&lifetime=120")
              .request(Session.class);
      written =
          camel
              .createFluentProducerTemplate()
              .to("pod:exec?sessionId=" + started.id() + "&script=RAW(printf own)")
              .request(ExecResult.class)
              .stdout()
              .text();
      listed =
          camel
              .createFluentProducerTemplate()
              .to("kubernetes-pods:client?operation=listPods")
              .withHeader("CamelKubernetesNamespaceName", TestCluster.NAMESPACE)
              .request(List.class);
      camel
          .createFluentProducerTemplate()
          .to("kamelet:session-stop-action?wait=true&sessionId=" + started.id())
          .send();
      component = camel.getComponent("pod", PodComponent.class);
    }

    // Then
    assertThat(written).isEqualTo("own");
    assertThat(component.getKubernetesClient()).isSameAs(client);
    assertThat(listed).isNotEmpty();
    assertThat(client.pods().inNamespace(TestCluster.NAMESPACE).list()).isNotNull();
  }

  @Test
  void kubernetes_endpoints_of_a_route_use_the_cluster_of_the_server(@TempDir Path folder)
      throws Exception {
    // Given
    Path route =
        Files.writeString(
            folder.resolve("mine.camel.yaml"),
            """
            - route:
                id: mine
                from:
                  uri: timer:mine?repeatCount=1
                  steps:
                    - setHeader: {name: CamelKubernetesNamespaceName, constant: sessions}
                    - to: kubernetes-config-maps:client?operation=listConfigMaps
                    - log: {logName: mine, message: "listed ${body}"}
            """);
    ConfigMap mark =
        TestCluster.get()
            .client()
            .resource(
                new ConfigMapBuilder()
                    .withNewMetadata()
                    .withNamespace(TestCluster.NAMESPACE)
                    .withGenerateName("own-client-")
                    .endMetadata()
                    .build())
            .create();

    // When
    try (CapturedLog log = new CapturedLog("mine");
        Server server =
            Server.start(Settings.of(TestServer.settings(folder)), List.of(route.toString()))) {

      // Then
      await()
          .untilAsserted(
              () ->
                  assertThat(log.lines())
                      .anySatisfy(l -> assertThat(l).contains(mark.getMetadata().getName())));
    } finally {
      TestCluster.get().client().resource(mark).delete();
    }
  }
}
