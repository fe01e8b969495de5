package dev.caravanserai.component;

import dev.caravanserai.life.NamedClaims;
import dev.caravanserai.profile.Plan;
import dev.caravanserai.profile.Planner;
import dev.caravanserai.session.SessionSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import org.apache.camel.Exchange;

/** A request becomes a plan. The body is a {@link SessionSpec}, JSON in any form, or nothing. */
final class PlanOperation implements PodOperation {
  private final PodServices services;
  private final ActingTenant tenant;
  private final Option<String> profile;
  private final Option<String> image;
  private final Option<Integer> lifetime;
  private final Option<String> key;

  PlanOperation(PodEndpoint endpoint, PodServices services, ActingTenant tenant) {
    this.services = services;
    this.tenant = tenant;
    this.profile =
        new Option<>(
            endpoint,
            "profile",
            endpoint.getProfile(),
            name -> Optional.of(name).filter(services.planner().profiles()::contains),
            "one of " + String.join(", ", services.planner().profiles()));
    this.image =
        new Option<>(
            endpoint,
            "image",
            endpoint.getImage(),
            name -> Optional.of(name).filter(Planner::isImage),
            "an image reference such as registry/name:tag");
    this.lifetime = Option.number(endpoint, "lifetime", endpoint.getLifetime(), 1);
    this.key = Option.text(endpoint, "idempotencyKey", endpoint.getIdempotencyKey());
  }

  @Override
  public CompletionStage<Plan> run(Exchange exchange) {
    SessionSpec spec = withDefaults(spec(exchange), exchange);
    Plan plan = services.planner().plan(spec, Instant.now(), UUID.randomUUID());
    CallerGone.note(exchange, spec);
    exchange.getMessage().setHeader(PodConstants.SESSION_ID, plan.id());
    return new NamedClaims(services.cluster()).allowed(plan);
  }

  private SessionSpec spec(Exchange exchange) {
    String acting = tenant.of(exchange);
    Optional<String> once = key.of(exchange);
    return exchange.getMessage().getBody() instanceof SessionSpec request
        ? services.contract().readSession(request, acting, once)
        : services.contract().readSession(JsonBody.read(exchange.getMessage()), acting, once);
  }

  private SessionSpec withDefaults(SessionSpec spec, Exchange exchange) {
    return spec.with(
        to ->
            to.profile(spec.profile().or(() -> profile.of(exchange)))
                .image(spec.image().or(() -> image.of(exchange)))
                .timeout(spec.timeout().or(() -> lifetime.of(exchange).map(Duration::ofSeconds))));
  }
}
