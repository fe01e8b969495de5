package dev.caravanserai.session;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * What a caller asks for when starting a session. Everything but the tenant is optional: the
 * profile fills in what is missing.
 *
 * @param tenant whose session it is; planning sets that of the caller
 * @param profile name of the profile; empty for the default profile
 * @param id the caller's id; empty to have one made
 * @param image image of the main container
 * @param command its entry point; empty list for the profile's or the image's
 * @param args its arguments
 * @param env environment variables in the order given
 * @param workingDir its working directory
 * @param timeout how long the session may live, from its creation
 * @param resources limits and requests
 * @param storage storage that is asked for
 * @param labels labels for every object of the session
 * @param metadata anything JSON; kept and given back, and open to the profile's expressions
 * @param idempotencyKey two requests of one tenant with the same key make one session
 */
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
    Optional<String> idempotencyKey) {

  /** The tenant of whoever does not say. */
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
    command = List.copyOf(command);
    args = List.copyOf(args);
    env = ordered(env);
    Objects.requireNonNull(resources, "resources");
    labels = ordered(labels);
    metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
  }

  /** The same for another tenant. */
  public SessionSpec withTenant(String tenant) {
    return new SessionSpec(
        tenant,
        profile,
        id,
        image,
        command,
        args,
        env,
        workingDir,
        timeout,
        resources,
        storage,
        labels,
        metadata,
        idempotencyKey);
  }

  private static Map<String, String> ordered(Map<String, String> map) {
    return Collections.unmodifiableMap(new LinkedHashMap<>(map));
  }
}
