package dev.caravanserai.cluster;

import dev.caravanserai.session.Annotations;
import dev.caravanserai.session.Labels;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A watch that selects by labels reports an object that has lost one of them as deleted (Kubernetes
 * API concepts, "Efficient detection of changes"). So the cluster is asked whether the object still
 * exists. One without its labels is read again every few seconds for as long as it exists, since no
 * watch reports its changes. Thread-safe.
 */
public final class DeletionCheck {
  private static final Logger LOG = LoggerFactory.getLogger(DeletionCheck.class);
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);
  private static final int AT_ONCE = 4;

  private final Objects objects;
  private final SessionCache cache;
  private final ConcurrencyLimit limit;

  /** Those to be read; true once the log has reported missing labels. */
  private final Map<ObjectRef, Boolean> open = new ConcurrentHashMap<>();

  /**
   * Works from now on.
   *
   * @param queue most objects of each tenant that wait to be read; the others are read after a
   *     pause
   */
  public DeletionCheck(
      Objects objects, SessionCache cache, ScheduledExecutorService timer, int queue) {
    this.objects = objects;
    this.cache = cache;
    this.limit = new ConcurrencyLimit(AT_ONCE, queue);
    Retries<ObjectRef> retries = new Retries<>(FIRST_PAUSE, LONGEST_PAUSE, this::ask, timer);
    cache.confirmDeletionsBy(
        object -> {
          open.putIfAbsent(object, false);
          retries.request(object);
        });
  }

  /** The labels by which watches select an object of a kind. */
  public static Map<String, String> selector(Class<? extends HasMetadata> type) {
    return type == ConfigMap.class
        ? Map.of(Labels.MANAGED_BY, Labels.MANAGED_BY_VALUE, Labels.ROLE, Labels.ROLE_ANCHOR)
        : Map.of(Labels.MANAGED_BY, Labels.MANAGED_BY_VALUE);
  }

  private Optional<CompletionStage<?>> ask(ObjectRef object) {
    return Optional.of(object)
        .filter(open::containsKey)
        .map(o -> read(cache.tenant(o), o).thenAccept(found -> found(o, found)));
  }

  private CompletionStage<Optional<HasMetadata>> read(String tenant, ObjectRef object) {
    return limit.run(tenant, () -> objects.get(tenant, object));
  }

  private void found(ObjectRef object, Optional<HasMetadata> found) {
    Map<String, String> missing = found.map(DeletionCheck::missing).orElse(Map.of());
    if (missing.isEmpty()) {
      open.remove(object);
    } else if (Boolean.FALSE.equals(open.replace(object, true))) {
      warn(found.get(), missing);
    }
  }

  private static Map<String, String> missing(HasMetadata object) {
    Map<String, String> missing = new HashMap<>(selector(object.getClass()));
    missing
        .entrySet()
        .removeAll(
            Optional.ofNullable(object.getMetadata().getLabels())
                .map(Map::entrySet)
                .orElse(Set.of()));
    return missing;
  }

  private void warn(HasMetadata object, Map<String, String> missing) {
    LOG.warn(
        "session={} tenant={} {} has lost labels, so its changes are noticed late. The session goes"
            + " on and ends on time. Restore them: kubectl -n {} label {} {} --overwrite {}",
        SessionReader.annotations(object).get(Annotations.ID),
        SessionReader.annotations(object).get(Annotations.TENANT),
        ObjectRef.to(object),
        object.getMetadata().getNamespace(),
        object.getKind().toLowerCase(Locale.ROOT),
        object.getMetadata().getName(),
        missing.entrySet().stream()
            .map(Map.Entry::toString)
            .sorted()
            .collect(Collectors.joining(" ")));
  }
}
