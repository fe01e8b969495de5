package dev.caravanserai.http;

import dev.caravanserai.session.Failure;
import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.FailureException;
import dev.caravanserai.session.InvalidRequestException;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;

/** Routes that do what routes behind the edge may do. */
final class EdgeRoutes extends RouteBuilder {
  private final Gate gate;

  /**
   * @param gate holds requests to {@code /wait}
   */
  EdgeRoutes(Gate gate) {
    this.gate = gate;
  }

  @Override
  public void configure() {
    from("platform-http:/echo?httpMethodRestrict=GET,POST").setHeader("X-Own").constant("mine");
    from("platform-http:/wait").process(gate);
    from("platform-http:/whoami")
        .setBody()
        .simple(
            "${exchangeProperty.CaravanseraiPrincipal.tenant}"
                + " ${exchangeProperty.CaravanseraiPrincipal.key}"
                + " [${header.Authorization}]");
    from("platform-http:/headers/{id}")
        .setBody()
        .simple(
            "${header.id} [${header.CamelPodTenant}] [${header.camelpodtenant}] ${header.colour}");
    from("platform-http:/names")
        .process(e -> e.getMessage().setBody(e.getMessage().getHeaders().keySet().toString()));
    from("platform-http:/bug")
        .routeId("bug")
        .process(
            e -> {
              throw new IllegalStateException("secret inner words");
            });
    from("platform-http:/failure")
        .process(
            e -> {
              throw new FailureException(
                  Failure.of(FailureCode.IMAGE_PULL, "No image.", "ErrImagePull")
                      .withEvents(List.of("Failed: no such image")),
                  List.of("its last", "two lines"));
            });
    from("platform-http:/invalid")
        .process(
            e -> {
              throw InvalidRequestException.at("/image", "must be text");
            });
    from("platform-http:/bytes").process(e -> e.getMessage().setBody(new byte[] {-1, 0, 7}));
    from("platform-http:/note").routeId("note").setHeader("X-Note", bodyAs(String.class));
    from("platform-http:/name").routeId("name").setHeader("X Note", constant("text"));
    from("platform-http:/map").routeId("map").setBody(constant(Map.of("a", 1)));
    from("platform-http:/status")
        .routeId("status")
        .setHeader(Exchange.HTTP_RESPONSE_CODE, header("wanted"))
        .setBody(constant("text"));
    from("platform-http:/hooks/exec").setBody().constant("ran");
    from("platform-http:/w/exec").routePolicyRef("scope:exec").setBody().constant("ran");
  }
}
