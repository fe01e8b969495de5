package dev.caravanserai.cluster;

import dev.caravanserai.session.Annotations;
import dev.caravanserai.session.Session;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs, once for each edit, that a time on an anchor is unreadable, and when the session ends. */
final class UnreadableTimes {
  private static final Logger LOG = LoggerFactory.getLogger(UnreadableTimes.class);

  private UnreadableTimes() {}

  /**
   * @param session as it was read from the anchor
   */
  static void warn(Optional<HasMetadata> before, ConfigMap anchor, Session session) {
    for (String key : List.of(Annotations.EXPIRES_AT, Annotations.START_BY)) {
      String now = text(anchor, key);
      if (Times.parse(now).isEmpty() && before.filter(b -> now.equals(text(b, key))).isEmpty()) {
        warn(anchor, key, session);
      }
    }
  }

  private static void warn(ConfigMap anchor, String key, Session session) {
    LOG.warn(
        "session={} cluster={} tenant={} annotation {} of its anchor is \"{}\", which is no time:"
            + " the session ends at {} at the latest. Correct it: kubectl -n {} annotate configmap {}"
            + " --overwrite {}={}",
        session.id(),
        session.cluster(),
        session.tenant(),
        key,
        text(anchor, key),
        session.expiresAt(),
        anchor.getMetadata().getNamespace(),
        anchor.getMetadata().getName(),
        key,
        session.expiresAt());
  }

  private static String text(HasMetadata anchor, String key) {
    return SessionReader.annotations(anchor).getOrDefault(key, "");
  }
}
