package dev.caravanserai.cluster;

import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.FailureException;
import dev.caravanserai.session.SessionKey;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The configured clusters by name. Immutable. */
public final class Clusters implements AutoCloseable {
  private final Map<String, Cluster> byName = new LinkedHashMap<>();

  /**
   * @param clusters at least one; the first is for sessions that name none
   */
  public Clusters(List<Cluster> clusters) {
    clusters.forEach(
        cluster -> {
          if (byName.putIfAbsent(cluster.name(), cluster) != null) {
            throw FailureException.of(
                FailureCode.CONFIG_ERROR,
                "There are two clusters of the name %s: rename one.".formatted(cluster.name()));
          }
        });
  }

  public static Clusters of(Cluster cluster) {
    return new Clusters(List.of(cluster));
  }

  /** The one for sessions that name none. */
  public Cluster first() {
    return byName.values().iterator().next();
  }

  /**
   * The cluster of a session.
   *
   * @throws FailureException NOT_FOUND if there is no cluster of that name
   */
  public Cluster of(SessionKey key) {
    Cluster cluster = byName.get(key.cluster());
    if (cluster == null) {
      throw FailureException.of(
          FailureCode.NOT_FOUND,
          "There is no cluster %s. Configured clusters: %s."
              .formatted(key.cluster(), String.join(", ", byName.keySet())));
    }
    return cluster;
  }

  @Override
  public void close() {
    byName.values().forEach(Cluster::close);
  }
}
