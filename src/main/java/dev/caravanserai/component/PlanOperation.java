package dev.caravanserai.component;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravanserai.life.NamedClaims;
import dev.caravanserai.profile.Plan;
import dev.caravanserai.session.SessionSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import org.apache.camel.Exchange;

/** A request becomes a plan. The body is a {@link SessionSpec}, JSON in any form, or nothing. */
final class PlanOperation implements PodOperation {
  private final PodEndpoint endpoint;
  private final PodServices services;
  private final ActingTenant tenant;

  PlanOperation(PodEndpoint endpoint, PodServices services, ActingTenant tenant) {
    this.endpoint = endpoint;
    this.services = services;
    this.tenant = tenant;
  }

  @Override
  public CompletionStage<Plan> run(Exchange exchange) {
    SessionSpec spec = withDefaults(spec(exchange));
    Plan plan = services.planner().plan(spec, Instant.now(), UUID.randomUUID());
    CallerGone.note(exchange, spec);
    exchange.getMessage().setHeader(PodConstants.SESSION_ID, plan.id());
    return new NamedClaims(services.cluster()).allowed(plan);
  }

  private SessionSpec spec(Exchange exchange) {
    String acting = tenant.of(exchange);
    if (exchange.getMessage().getBody() instanceof SessionSpec spec) {
      return spec.withTenant(acting);
    }
    JsonNode request = JsonBody.read(exchange.getMessage());
    return services
        .contract()
        .readSession(
            request,
            acting,
            Optional.ofNullable(
                exchange.getMessage().getHeader(PodConstants.IDEMPOTENCY_KEY, String.class)));
  }

  private SessionSpec withDefaults(SessionSpec spec) {
    return new SessionSpec(
        spec.tenant(),
        spec.profile().or(() -> Optional.ofNullable(endpoint.getProfile())),
        spec.id(),
        spec.image().or(() -> Optional.ofNullable(endpoint.getImage())),
        spec.command(),
        spec.args(),
        spec.env(),
        spec.workingDir(),
        spec.timeout()
            .or(() -> Optional.ofNullable(endpoint.getLifetime()).map(Duration::ofSeconds)),
        spec.resources(),
        spec.storage(),
        spec.labels(),
        spec.metadata(),
        spec.idempotencyKey());
  }
}
