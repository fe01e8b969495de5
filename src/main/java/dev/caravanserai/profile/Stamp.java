package dev.caravanserai.profile;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravanserai.cluster.ObjectRef;
import dev.caravanserai.session.Annotations;
import dev.caravanserai.session.Expiry;
import dev.caravanserai.session.Json;
import dev.caravanserai.session.Labels;
import dev.caravanserai.session.Names;
import dev.caravanserai.session.SessionSpec;
import dev.caravanserai.session.SessionSummary;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Labels, annotations and pod defaults that every session gets, whatever its profile. */
final class Stamp {
  private static final ObjectMapper JSON = Json.records().build();

  /** How long a pod may outlive its session if no reaper runs. */
  static final long BACKSTOP_SECONDS = 60;

  private static final long GRACE_SECONDS = 2;

  private final SessionSpec spec;
  private final String id;
  private final UUID begunBy;
  private final Expiry expiry;
  private final String namespace;
  private final Map<String, String> labels;
  private final String summary;

  /**
   * @param spec the request, completed by the profile
   * @param begunBy identifies the request that creates the anchor
   * @param extra the profile's labels
   * @param summary from which a Session is read
   */
  Stamp(
      SessionSpec spec,
      UUID begunBy,
      Expiry expiry,
      String namespace,
      Map<String, String> extra,
      SessionSummary summary) {
    this.spec = spec;
    this.id = spec.id().orElseThrow();
    this.begunBy = begunBy;
    this.expiry = expiry;
    this.namespace = namespace;
    this.summary = json(summary);
    labels = new TreeMap<>(spec.labels());
    labels.putAll(extra);
    labels.put(Labels.MANAGED_BY, Labels.MANAGED_BY_VALUE);
    labels.put(Labels.SESSION, Names.label(id));
    labels.put(Labels.TENANT, Names.label(spec.tenant()));
    labels.put(Labels.PROFILE, spec.profile().orElseThrow());
  }

  static String json(Object value) {
    return json(JSON, value);
  }

  static String json(ObjectMapper mapper, Object value) {
    try {
      return mapper.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("not JSON: " + e.getOriginalMessage(), e);
    }
  }

  /** Sets labels and namespace. Removes reserved keys, which an expression may have produced. */
  void mark(HasMetadata object) {
    Map<String, String> all = unreserved(object.getMetadata().getLabels());
    all.putAll(labels);
    if (!ProfileFile.orEmpty(object.getMetadata().getAnnotations()).isEmpty()) {
      object.getMetadata().setAnnotations(unreserved(object.getMetadata().getAnnotations()));
    }
    object.getMetadata().setLabels(all);
    object.getMetadata().setNamespace(namespace);
  }

  private static Map<String, String> unreserved(Map<String, String> given) {
    Map<String, String> all = new LinkedHashMap<>(ProfileFile.orEmpty(given));
    all.keySet().removeIf(key -> key.startsWith(Labels.PREFIX));
    return all;
  }

  void mark(Pod pod, Map<String, String> extra) {
    mark(pod);
    Map<String, String> all =
        new TreeMap<>(ProfileFile.orEmpty(pod.getMetadata().getAnnotations()));
    all.putAll(extra);
    all.putAll(identity());
    all.put(Annotations.SPEC, summary);
    pod.getMetadata().setAnnotations(all);
    var podSpec = pod.getSpec();
    podSpec.setActiveDeadlineSeconds(expiry.lifetime().toSeconds() + BACKSTOP_SECONDS);
    if (podSpec.getTerminationGracePeriodSeconds() == null) {
      podSpec.setTerminationGracePeriodSeconds(GRACE_SECONDS);
    }
    if (podSpec.getRestartPolicy() == null) {
      podSpec.setRestartPolicy("Never");
    }
    if (podSpec.getEnableServiceLinks() == null) {
      podSpec.setEnableServiceLinks(false);
    }
    if (podSpec.getAutomountServiceAccountToken() == null) {
      podSpec.setAutomountServiceAccountToken(false);
    }
  }

  /**
   * @param objects all that it will own, the pod too
   * @param idempotency annotations of the request's Idempotency-Key; empty without one
   */
  ConfigMap anchor(
      Stream<HasMetadata> objects, ResolvedRequest request, Map<String, String> idempotency) {
    Map<String, String> notes = identity();
    notes.putAll(idempotency);
    notes.put(Annotations.BEGUN_BY, begunBy.toString());
    var startBy = expiry.createdAt().plus(request.startTimeout());
    notes.put(
        Annotations.START_BY,
        (startBy.isBefore(expiry.expiresAt()) ? startBy : expiry.expiresAt()).toString());
    notes.put(Annotations.LAST_ACTIVITY, expiry.createdAt().toString());
    notes.put(Annotations.MAX_LIFETIME, String.valueOf(request.most().toSeconds()));
    notes.put(
        Annotations.OBJECTS,
        objects.map(ObjectRef::to).map(ObjectRef::listed).collect(Collectors.joining(",")));
    ConfigMap anchor =
        new ConfigMapBuilder()
            .withNewMetadata()
            .withName(Names.anchor(spec.tenant(), id))
            .endMetadata()
            .withData(Map.of("spec", summary))
            .build();
    mark(anchor);
    anchor.getMetadata().setAnnotations(notes);
    anchor.getMetadata().getLabels().put(Labels.ROLE, Labels.ROLE_ANCHOR);
    return anchor;
  }

  private Map<String, String> identity() {
    Map<String, String> notes = new TreeMap<>();
    notes.put(Annotations.ID, id);
    notes.put(Annotations.TENANT, spec.tenant());
    notes.put(Annotations.CREATED_AT, expiry.createdAt().toString());
    notes.put(Annotations.EXPIRES_AT, expiry.expiresAt().toString());
    return notes;
  }
}
