package dev.caravanserai.cluster.api;

import dev.caravanserai.cluster.SessionCache;
import dev.caravanserai.cluster.WatchStatus;
import dev.caravanserai.session.Labels;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSpecBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Two informers, for the anchors and the pods of one namespace, that feed the index. */
final class NamespaceWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(NamespaceWatch.class);

  private final String namespace;
  private final SessionCache index;
  private final SharedIndexInformer<ConfigMap> anchors;
  private final SharedIndexInformer<Pod> pods;
  private final List<WatchStatus> status = new ArrayList<>();

  NamespaceWatch(KubernetesClient client, String namespace, SessionCache index) {
    this.namespace = namespace;
    this.index = index;
    Map<String, String> ours = Map.of(Labels.MANAGED_BY, Labels.MANAGED_BY_VALUE);
    this.anchors =
        client
            .configMaps()
            .inNamespace(namespace)
            .withLabels(ours)
            .withLabel(Labels.ROLE, Labels.ROLE_ANCHOR)
            .runnableInformer(0);
    this.pods = client.pods().inNamespace(namespace).withLabels(ours).runnableInformer(0);
    prepare(anchors, NamespaceWatch::stripAnchor);
    prepare(pods, NamespaceWatch::stripPod);
  }

  CompletionStage<Void> start() {
    return CompletableFuture.allOf(
        anchors.start().toCompletableFuture(), pods.start().toCompletableFuture());
  }

  List<WatchStatus> status() {
    return List.copyOf(status);
  }

  @Override
  public void close() {
    anchors.stop();
    pods.stop();
  }

  private <T extends HasMetadata> void prepare(
      SharedIndexInformer<T> informer, UnaryOperator<T> strip) {
    InformerStatus told = new InformerStatus(namespace, informer);
    status.add(told);
    informer
        .itemStore(new StrippedStore<>(strip))
        .exceptionHandler(
            (started, thrown) -> {
              told.interrupted();
              LOG.warn(
                  "namespace={} watch of {} interrupted, goes on: {}",
                  namespace,
                  informer.getApiTypeClass().getSimpleName(),
                  thrown.toString());
              return started;
            })
        .addEventHandler(
            new ResourceEventHandler<>() {
              @Override
              public void onAdd(T object) {
                index.onUpdate(strip.apply(object));
              }

              @Override
              public void onUpdate(T before, T object) {
                index.onUpdate(strip.apply(object));
              }

              @Override
              public void onDelete(T object, boolean stateUnknown) {
                index.onDelete(object);
              }
            });
  }

  private static ConfigMap stripAnchor(ConfigMap anchor) {
    anchor.getMetadata().setManagedFields(null);
    return anchor;
  }

  private static Pod stripPod(Pod pod) {
    pod.getMetadata().setManagedFields(null);
    if (pod.getSpec() != null) {
      pod.setSpec(
          new PodSpecBuilder()
              .withNodeName(pod.getSpec().getNodeName())
              .withRestartPolicy(pod.getSpec().getRestartPolicy())
              .withContainers(
                  pod.getSpec().getContainers().stream()
                      .map(
                          c ->
                              new io.fabric8.kubernetes.api.model.ContainerBuilder()
                                  .withName(c.getName())
                                  .withImage(c.getImage())
                                  .build())
                      .toList())
              .build());
    }
    return pod;
  }
}
