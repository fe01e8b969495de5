package dev.caravanserai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravanserai.component.PodComponent;
import dev.caravanserai.session.ExecResult;
import dev.caravanserai.session.Session;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import org.apache.camel.CamelContext;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A Camel application with its own Kubernetes client. */
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
      camel
          .createFluentProducerTemplate()
          .to("kamelet:session-stop-action?wait=true&sessionId=" + started.id())
          .send();
      component = camel.getComponent("pod", PodComponent.class);
    }

    // Then
    assertThat(written).isEqualTo("own");
    assertThat(component.getKubernetesClient()).isSameAs(client);
    assertThat(client.pods().inNamespace(TestCluster.NAMESPACE).list()).isNotNull();
  }
}
