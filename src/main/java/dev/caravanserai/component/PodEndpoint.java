package dev.caravanserai.component;

import dev.caravanserai.cluster.SessionIndex;
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
          "The session's id, or a Simple expression for it. If not given, the header"
              + " CamelPodSessionId")
  private String sessionId;

  @UriParam(
      description =
          "Tenant to act for if the exchange has no principal, as in routes of a timer or a"
              + " file; that of the setting caravanserai.routes.tenant if not given. A call acts for"
              + " its caller's tenant, and is refused if this names another. For events: only those"
              + " of this tenant.")
  private String tenant;

  @UriParam(
      label = "plan,list",
      description =
          "Profile if the request names none, or a Simple expression for it; a list has only sessions of this profile")
  private String profile;

  @UriParam(
      label = "plan",
      description = "Image if the request names none, or a Simple expression for it")
  private String image;

  @UriParam(
      label = "plan",
      description = "Lifetime in seconds if the request has none, or a Simple expression for it")
  private String lifetime;

  @UriParam(
      label = "plan",
      description =
          "Starts of one tenant with the same key make one session, or a Simple expression for it")
  private String idempotencyKey;

  @UriParam(
      label = "exec",
      description = "Script to run as it stands; without it the body is the request")
  private String script;

  @UriParam(
      label = "exec",
      description = "Time limit in seconds if the request has none, or a Simple expression for it")
  private String timeout;

  @UriParam(
      label = "exec",
      description = "Fail unless the command exits with 0",
      defaultValue = "false")
  private boolean failOnExit;

  @UriParam(label = "list", description = "Only sessions in this state, or a Simple expression")
  private String state;

  @UriParam(
      label = "list",
      description =
          "Only sessions with these labels: `key=value` or `key`, separated by commas; or a Simple expression")
  private String label;

  @UriParam(
      label = "list",
      description = "Largest number of sessions, or a Simple expression",
      defaultValue = "100")
  private String limit;

  @UriParam(
      name = "continue",
      label = "list",
      description = "The continue token of the previous page, or a Simple expression for it")
  private String continueToken;

  @UriParam(
      label = "logs",
      description = "Which container; the main one if not given; or a Simple expression")
  private String container;

  @UriParam(label = "logs", description = "Number of lines from the end, or a Simple expression")
  private String tail;

  @UriParam(
      label = "logs",
      description =
          "Only lines since then: a time (RFC 3339), a number of seconds ago, or a Simple expression")
  private String since;

  @UriParam(
      label = "logs",
      description = "Whether each line begins with its time, or a Simple expression",
      defaultValue = "false")
  private String timestamps;

  @UriParam(
      label = "logs",
      description =
          "Whether to read the log of the container before its restart, or a Simple expression",
      defaultValue = "false")
  private String previous;

  @UriParam(
      label = "logstream",
      description =
          "Whether to go on with what is written later until the container ends, or a Simple expression",
      defaultValue = "false")
  private String follow;

  @UriParam(
      label = "delete",
      description =
          "Whether to wait until the session and all it owns is gone, or a Simple expression",
      defaultValue = "false")
  private String wait;

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

  /** Whether exchanges begin at it, each with the principal of a session. */
  boolean isSource() {
    return operation == Operation.events;
  }

  /** Several routes can receive the events. */
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
      case list -> new ListOperation(this, lookup, sessions);
      case due -> exchange -> CompletableFuture.completedFuture(sessions.takeDue(Instant.now()));
      case failed -> new FailedOperation(sessions);
      case exec -> {
        PodOperation exec =
            measured(new ExecOperation(this, services, lookup, life.notes()), meters.exec());
        yield failOnExit ? new FailOnExit(exec, lookup) : exec;
      }
      case logs, logstream ->
          new LogsOperation(operation == Operation.logstream, this, services, lookup, life.notes());
      case delete ->
          measured(
              new DeleteOperation(
                  Option.flag(this, "wait", wait),
                  lookup,
                  sessions,
                  life.termination(),
                  life.deletion()),
              meters.stop(lookup::key));
      case reap ->
          measured(
              new ReapOperation(sessions, life.termination()),
              meters.stop(exchange -> BodyOperation.body(exchange, Session.class).key()));
      case orphans -> exchange -> CompletableFuture.completedFuture(sessions.orphans());
      case orphan -> new OrphanOperation(services.cluster(), life.termination());
      case namespaces ->
          exchange -> CompletableFuture.completedFuture(services.cluster().namespaces());
      case regarding -> new RegardingOperation(sessions);
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
    this.sessionId = sessionId;
  }

  public String getTenant() {
    return tenant;
  }

  public void setTenant(String tenant) {
    this.tenant = tenant;
  }

  public String getProfile() {
    return profile;
  }

  public void setProfile(String profile) {
    this.profile = profile;
  }

  public String getImage() {
    return image;
  }

  public void setImage(String image) {
    this.image = image;
  }

  public String getLifetime() {
    return lifetime;
  }

  public void setLifetime(String lifetime) {
    this.lifetime = lifetime;
  }

  public String getIdempotencyKey() {
    return idempotencyKey;
  }

  public void setIdempotencyKey(String idempotencyKey) {
    this.idempotencyKey = idempotencyKey;
  }

  public String getScript() {
    return script;
  }

  public void setScript(String script) {
    this.script = script;
  }

  public String getTimeout() {
    return timeout;
  }

  public void setTimeout(String timeout) {
    this.timeout = timeout;
  }

  public String getWait() {
    return wait;
  }

  public void setWait(String wait) {
    this.wait = wait;
  }

  public boolean isFailOnExit() {
    return failOnExit;
  }

  public void setFailOnExit(boolean failOnExit) {
    this.failOnExit = failOnExit;
  }

  public String getState() {
    return state;
  }

  public void setState(String state) {
    this.state = state;
  }

  public String getLabel() {
    return label;
  }

  public void setLabel(String label) {
    this.label = label;
  }

  public String getLimit() {
    return limit;
  }

  public void setLimit(String limit) {
    this.limit = limit;
  }

  public String getContinue() {
    return continueToken;
  }

  public void setContinue(String continueToken) {
    this.continueToken = continueToken;
  }

  public String getContainer() {
    return container;
  }

  public void setContainer(String container) {
    this.container = container;
  }

  public String getTail() {
    return tail;
  }

  public void setTail(String tail) {
    this.tail = tail;
  }

  public String getSince() {
    return since;
  }

  public void setSince(String since) {
    this.since = since;
  }

  public String getTimestamps() {
    return timestamps;
  }

  public void setTimestamps(String timestamps) {
    this.timestamps = timestamps;
  }

  public String getPrevious() {
    return previous;
  }

  public void setPrevious(String previous) {
    this.previous = previous;
  }

  public String getFollow() {
    return follow;
  }

  public void setFollow(String follow) {
    this.follow = follow;
  }
}
