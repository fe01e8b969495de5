package dev.caravanserai.cluster;

/** One container of one pod. */
public record ContainerRef(String namespace, String pod, String container) {
  @Override
  public String toString() {
    return namespace + "/" + pod + "/" + container;
  }
}
