package dev.caravanserai.component;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravanserai.cluster.ContainerRef;
import dev.caravanserai.component.kamelet.OutputMemory;
import dev.caravanserai.exec.ExecHandle;
import dev.caravanserai.exec.Execs;
import dev.caravanserai.life.AnchorNotes;
import dev.caravanserai.life.PodGone;
import dev.caravanserai.session.ExecResult;
import dev.caravanserai.session.ExecSpec;
import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.FailureException;
import dev.caravanserai.session.Session;
import dev.caravanserai.session.State;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.apache.camel.Exchange;

/**
 * Runs a command. The body is an {@link ExecSpec}, JSON in any form, or nothing where the endpoint
 * has a script. An exec whose caller has left is cancelled.
 */
final class ExecOperation implements PodOperation {
  private final PodEndpoint endpoint;
  private final PodServices services;
  private final SessionLookup lookup;
  private final AnchorNotes notes;
  private final Option<Integer> timeout;

  ExecOperation(
      PodEndpoint endpoint, PodServices services, SessionLookup lookup, AnchorNotes notes) {
    this.endpoint = endpoint;
    this.services = services;
    this.lookup = lookup;
    this.notes = notes;
    this.timeout = Option.number(endpoint, "timeout", endpoint.getTimeout(), 1);
  }

  @Override
  public CompletionStage<ExecResult> run(Exchange exchange) {
    ExecSpec spec = spec(exchange);
    return lookup
        .find(lookup.key(exchange), ExecOperation::upToDate)
        .thenCompose(session -> run(session, spec, exchange));
  }

  /** The watch may not have reported yet that another replica got the session ready. */
  private static boolean upToDate(Session session) {
    return session.state() != State.PENDING;
  }

  private CompletionStage<ExecResult> run(Session session, ExecSpec spec, Exchange exchange) {
    ContainerRef container =
        container(session, services.cluster().sessions().pod(session.key()), spec);
    notes.used(session);
    Execs execs = services.execs();
    ExecHandle exec =
        execs.start(
            container,
            spec,
            bytes ->
                OutputMemory.next(exchange, execs.budget(), session.key().tenant()).keep(bytes));
    CallerGone.of(exchange).thenRun(exec.canceller()); // which does not keep the result

    return exec.result()
        .thenApply(
            result -> {
              ExecLog.ended(session, result);
              return result.withEncoding(spec.encoding());
            });
  }

  private ExecSpec spec(Exchange exchange) {
    if (exchange.getMessage().getBody() instanceof ExecSpec spec && endpoint.getScript() == null) {
      return withTimeout(spec, exchange);
    }
    String script = endpoint.getScript();
    return withTimeout(
        script == null || script.isBlank() ? read(exchange) : ExecSpec.script(script), exchange);
  }

  private ExecSpec withTimeout(ExecSpec spec, Exchange exchange) {
    return spec.timeout().isPresent()
        ? spec
        : timeout.of(exchange).map(Duration::ofSeconds).map(spec::withTimeout).orElse(spec);
  }

  private ExecSpec read(Exchange exchange) {
    JsonNode request = JsonBody.read(exchange.getMessage());
    return services.contract().readExec(request);
  }

  private static ContainerRef container(Session session, Optional<Pod> pod, ExecSpec spec) {
    if (session.state() != State.RUNNING) {
      throw notRunning(session);
    }
    String name = spec.container().orElse(session.container());
    List<String> names =
        pod.map(Pod::getSpec).stream()
            .flatMap(of -> Stream.of(of.getContainers(), of.getInitContainers()))
            .flatMap(List::stream)
            .map(Container::getName)
            .toList();
    if (!names.isEmpty() && !names.contains(name)) {
      throw FailureException.of(
          FailureCode.NOT_FOUND,
          "Session %s has no container %s; it has %s."
              .formatted(session.id(), name, String.join(", ", names)));
    }
    Session.Pod of = session.pod().orElseThrow(() -> notRunning(session));
    int restarts =
        pod.filter(p -> p.getMetadata().getUid().equals(of.uid()))
            .map(p -> PodGone.restarts(p, name))
            .orElse(0);
    return new ContainerRef(
        session.namespace(),
        of.name(),
        name,
        Optional.of(new ContainerRef.Run(session.key(), session.expiresAt(), of.uid(), restarts)));
  }

  private static FailureException notRunning(Session session) {
    String why = session.failure().map(f -> " " + f.message()).orElse("");
    String next =
        session.state() == State.PENDING ? " Wait until it is RUNNING." : " Start a new session.";
    return FailureException.of(
        FailureCode.CONFLICT,
        "Session %s is %s, so nothing can be run in it.%s%s"
            .formatted(session.id(), session.state(), why, next));
  }
}
