package dev.caravanserai.component;

import dev.caravanserai.component.kamelet.OpaqueText;
import dev.caravanserai.component.metrics.Meter;
import dev.caravanserai.component.metrics.Meters;
import java.util.Optional;
import org.apache.camel.Category;
import org.apache.camel.Consumer;
import org.apache.camel.MultipleConsumersSupport;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.spi.Metadata;
import org.apache.camel.spi.UriEndpoint;
import org.apache.camel.spi.UriParam;
import org.apache.camel.spi.UriPath;
import org.apache.camel.support.DefaultEndpoint;

/** Start, use and end sessions: short-lived places to run something on Kubernetes. */
@UriEndpoint(
    firstVersion = "0.1.0",
    scheme = "pod",
    title = "Pod",
    syntax = "pod:operation",
    category = {Category.CONTAINER, Category.CLOUD},
    headersClass = PodConstants.class)
public class PodEndpoint extends DefaultEndpoint implements MultipleConsumersSupport {
  @UriPath(description = "What to do")
  @Metadata(required = true)
  private final Operation operation;

  @UriParam(
      description =
          "The session's id, or a Simple expression for it, where the header CamelPodSessionId is"
              + " not to say")
  private String sessionId;

  @UriParam(
      description =
          "Tenant to act for where the exchange has no principal, as in routes of a timer or a"
              + " file; that of the setting caravanserai.routes.tenant if not given. A call acts for"
              + " its caller's tenant, and is refused if this names another. For events: only those"
              + " of this tenant.")
  private String tenant;

  @UriParam(label = "plan", description = "Profile, where the request names none")
  private String profile;

  @UriParam(label = "plan", description = "Image, where the request names none")
  private String image;

  @UriParam(label = "plan", description = "Life in seconds, where the request names none")
  private Long lifetime;

  @UriParam(
      label = "apply",
      description = "Which objects of the plan to create: `anchor`, then `rest`",
      enums = "anchor,rest")
  private String part = "rest";

  @UriParam(label = "exec", description = "Script to run, where the body is no exec request")
  private String script;

  @UriParam(label = "exec", description = "Time in seconds, where the request names none")
  private Long timeout;

  @UriParam(
      label = "list,delete",
      description =
          "List only sessions that should be gone by now, of every tenant; each is told again after a while if it is still there. Delete one of them: one that is gone already is fine",
      defaultValue = "false")
  private boolean due;

  @UriParam(
      label = "delete",
      description = "Wait until the session and all it owns is gone",
      defaultValue = "false")
  private boolean wait;

  @UriParam(
      label = "delete",
      description =
          "Undo a start that failed: fails with what made it fail once the session is ended",
      defaultValue = "false")
  private boolean undo;

  @UriParam(
      label = "delete",
      description =
          "Keep the anchor for a while, with the failure of the exchange, so that it can be read",
      defaultValue = "false")
  private boolean keepFailure;

  public PodEndpoint(String uri, PodComponent component, Operation operation) {
    super(uri, component);
    this.operation = operation;
  }

  @Override
  public PodComponent getComponent() {
    return (PodComponent) super.getComponent();
  }

  @Override
  public Producer createProducer() {
    if (operation == Operation.events) {
      throw new IllegalArgumentException("pod:events is a source: use it in from");
    }
    return new PodProducer(this, operation(), getComponent().getServices().continuations());
  }

  /** Several routes may hear the events. */
  @Override
  public boolean isMultipleConsumersSupported() {
    return operation == Operation.events;
  }

  @Override
  public Consumer createConsumer(Processor processor) throws Exception {
    if (operation != Operation.events) {
      throw new IllegalArgumentException(
          "pod:" + operation + " is no source: use it in to, or use pod:events");
    }
    PodConsumer consumer = new PodConsumer(this, processor);
    configureConsumer(consumer);
    return consumer;
  }

  private PodOperation operation() {
    PodServices services = getComponent().getServices();
    ActingTenant acting = new ActingTenant(Optional.ofNullable(tenant), services.routesTenant());
    SessionLookup lookup = new SessionLookup(this, services.cluster(), acting);
    Meters meters = getComponent().meters();
    return switch (operation) {
      case plan -> measured(new PlanOperation(this, services, acting), meters.plan());
      case apply ->
          measured(
              new ApplyOperation(part, services.cluster(), getComponent().unanswered()),
              meters.apply());
      case await ->
          measured(
              new AwaitOperation(services.cluster(), lookup, getComponent().readiness()),
              meters.await(ApplyOperation::joined));
      case get -> new GetOperation(lookup);
      case list -> new ListOperation(this, lookup, services.cluster().sessions());
      case exec ->
          measured(
              new ExecOperation(this, services, lookup, getComponent().activity()), meters.exec());
      case logs -> new LogsOperation(services, lookup, getComponent().activity());
      case delete -> delete(new DeleteOperation(this, services, lookup), lookup);
      case events -> throw new IllegalStateException();
    };
  }

  private PodOperation delete(DeleteOperation delete, SessionLookup lookup) {
    Meters meters = getComponent().meters();
    return undo
        ? new UndoOperation(
            getComponent().getServices().cluster().name(),
            lookup,
            measured(delete, meters.undo(lookup::key)))
        : measured(delete, meters.stop(lookup::key));
  }

  private static PodOperation measured(PodOperation operation, Meter meter) {
    return new MeasuredOperation(operation, meter);
  }

  public Operation getOperation() {
    return operation;
  }

  public String getSessionId() {
    return sessionId;
  }

  public void setSessionId(String sessionId) {
    this.sessionId = OpaqueText.readExact(sessionId);
  }

  public boolean isUndo() {
    return undo;
  }

  public void setUndo(boolean undo) {
    this.undo = undo;
  }

  public String getTenant() {
    return tenant;
  }

  public void setTenant(String tenant) {
    this.tenant = OpaqueText.readExact(tenant);
  }

  public String getProfile() {
    return profile;
  }

  public void setProfile(String profile) {
    this.profile = OpaqueText.readExact(profile);
  }

  public String getImage() {
    return image;
  }

  public void setImage(String image) {
    this.image = OpaqueText.readExact(image);
  }

  public Long getLifetime() {
    return lifetime;
  }

  public void setLifetime(Long lifetime) {
    this.lifetime = lifetime;
  }

  public String getPart() {
    return part;
  }

  public void setPart(String part) {
    this.part = part;
  }

  public String getScript() {
    return script;
  }

  public void setScript(String script) {
    this.script = OpaqueText.readExact(script);
  }

  public Long getTimeout() {
    return timeout;
  }

  public void setTimeout(Long timeout) {
    this.timeout = timeout;
  }

  public boolean isDue() {
    return due;
  }

  public void setDue(boolean due) {
    this.due = due;
  }

  public boolean isWait() {
    return wait;
  }

  public void setWait(boolean wait) {
    this.wait = wait;
  }

  public boolean isKeepFailure() {
    return keepFailure;
  }

  public void setKeepFailure(boolean keepFailure) {
    this.keepFailure = keepFailure;
  }
}
