package dev.caravanserai.component;

import dev.caravanserai.cluster.SessionIndex;
import dev.caravanserai.component.kamelet.OpaqueText;
import dev.caravanserai.component.metrics.Meter;
import dev.caravanserai.component.metrics.Meters;
import dev.caravanserai.life.Lifecycle;
import dev.caravanserai.life.Start;
import dev.caravanserai.profile.Plan;
import dev.caravanserai.session.Session;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
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

  @UriParam(label = "exec", description = "Script to run, where the body is no exec request")
  private String script;

  @UriParam(label = "exec", description = "Time in seconds, where the request names none")
  private Long timeout;

  @UriParam(
      label = "delete",
      description = "Wait until the session and all it owns is gone",
      defaultValue = "false")
  private boolean wait;

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
    SessionIndex sessions = services.cluster().sessions();
    Lifecycle life = getComponent().life();
    return switch (operation) {
      case plan -> measured(new PlanOperation(this, services, acting), meters.plan());
      case anchor ->
          measured(new BodyOperation<>(Plan.class, life.anchors()::createOrJoin), meters.create());
      case objects ->
          measured(new BodyOperation<>(Start.class, life.objects()::create), meters.create());
      case await -> measured(new AwaitOperation(life.readiness()), meters.await(lookup::joined));
      case undo ->
          new UndoOperation(
              measured(
                  new BodyOperation<>(Start.class, life.termination()::undo),
                  meters.undo(lookup::started)));
      case fail ->
          measured(
              new FailOperation(services.cluster(), life.notes()), meters.undo(lookup::started));
      case get -> new GetOperation(lookup);
      case list -> new ListOperation(lookup, sessions);
      case due -> exchange -> CompletableFuture.completedFuture(sessions.takeDue(Instant.now()));
      case failed -> new FailedOperation(sessions);
      case exec -> measured(new ExecOperation(this, services, lookup, life.notes()), meters.exec());
      case logs -> new LogsOperation(services, lookup, life.notes());
      case delete ->
          measured(
              new DeleteOperation(wait, lookup, sessions, life.termination(), life.deletion()),
              meters.stop(lookup::key));
      case reap ->
          measured(
              new ReapOperation(sessions, life.termination(), life.orphans()),
              meters.stop(exchange -> exchange.getMessage().getBody(Session.class).key()));
      case events -> throw new IllegalStateException();
    };
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

  public boolean isWait() {
    return wait;
  }

  public void setWait(boolean wait) {
    this.wait = wait;
  }
}
