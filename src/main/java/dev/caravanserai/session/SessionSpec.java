package dev.caravanserai.session;

import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * A request for a session. Everything but the tenant is optional: the profile fills in what is
 * missing.
 *
 * @param tenant tenant of the session; planning sets that of the caller
 * @param profile name of the profile; empty for the default profile
 * @param id the caller's id; empty to generate one
 * @param image image of the main container
 * @param command its entry point; empty list for the profile's or the image's
 * @param args its arguments
 * @param env environment variables in the order given
 * @param workingDir its working directory
 * @param timeout how long the session may live, from its creation
 * @param resources limits and requests
 * @param storage requested storage
 * @param labels labels for every object of the session
 * @param metadata any JSON; returned unchanged, and available to the profile's expressions
 * @param idempotencyKey two requests of one tenant with the same key make one session
 */
@RecordBuilder
public record SessionSpec(
    String tenant,
    Optional<String> profile,
    Optional<String> id,
    Optional<String> image,
    List<String> command,
    List<String> args,
    Map<String, String> env,
    Optional<String> workingDir,
    Optional<Duration> timeout,
    Resources resources,
    Optional<Storage> storage,
    Map<String, String> labels,
    Map<String, Object> metadata,
    Optional<String> idempotencyKey)
    implements SessionSpecBuilder.With {

  /** The tenant of requests that name none. */
  public static final String DEFAULT_TENANT = "default";

  /**
   * Kubernetes quantities by resource name ({@code cpu}, {@code memory}, {@code nvidia.com/gpu}).
   */
  public record Resources(Map<String, String> limits, Map<String, String> requests) {
    public static final Resources NONE = new Resources(Map.of(), Map.of());

    public Resources {
      limits = ordered(limits);
      requests = ordered(requests);
    }
  }

  /**
   * A claim for storage.
   *
   * @param size a Kubernetes quantity
   * @param storageClass empty for the cluster's default class
   * @param path where it is mounted; empty for the profile's workspace
   */
  public record Storage(String size, Optional<String> storageClass, Optional<String> path) {
    public Storage {
      Objects.requireNonNull(size, "size");
    }
  }

  public SessionSpec {
    Objects.requireNonNull(tenant, "tenant");
    command = command == null ? List.of() : List.copyOf(command);
    args = args == null ? List.of() : List.copyOf(args);
    env = ordered(env);
    resources = resources == null ? Resources.NONE : resources;
    labels = ordered(labels);
    metadata = ordered(metadata);
  }

  /** A request that leaves everything to the default profile. */
  public static SessionSpec of(String tenant) {
    return SessionSpecBuilder.builder().tenant(tenant).build();
  }

  private static <T> Map<String, T> ordered(Map<String, T> map) {
    return map == null ? Map.of() : Collections.unmodifiableMap(new LinkedHashMap<>(map));
  }
}
