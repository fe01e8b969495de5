package dev.caravanserai.component;

import dev.caravanserai.life.Start;
import dev.caravanserai.profile.Plan;
import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.FailureException;
import dev.caravanserai.session.Session;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.camel.Exchange;

/** An operation on nothing but the body, which has to be of one type. */
record BodyOperation<T>(Class<T> type, Function<T, CompletionStage<?>> operation)
    implements PodOperation {
  private static final Map<Class<?>, String> MAKERS =
      Map.of(
          Plan.class, "session-plan-action (pod:plan)",
          Start.class, "session-anchor-action (pod:anchor)",
          Session.class, "pod:due or pod:failed");

  @Override
  public CompletionStage<?> run(Exchange exchange) {
    return operation.apply(body(exchange, type));
  }

  /**
   * The body, as an earlier step has made it.
   *
   * @throws FailureException CONFIG_ERROR if it is of another type
   */
  static <T> T body(Exchange exchange, Class<T> type) {
    Object body = exchange.getMessage().getBody();
    if (!type.isInstance(body)) {
      throw FailureException.of(
          FailureCode.CONFIG_ERROR,
          "A step needs the %s that %s makes as its body, but the body is %s. Put that step before it."
              .formatted(
                  type.getSimpleName(),
                  MAKERS.get(type),
                  Optional.ofNullable(body)
                      .map(other -> "a " + other.getClass().getSimpleName())
                      .orElse("empty")));
    }
    return type.cast(body);
  }
}
