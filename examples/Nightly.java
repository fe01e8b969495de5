import org.apache.camel.builder.RouteBuilder;

/** Runs a check every night at two in a fresh session, and logs its result. */
public class Nightly extends RouteBuilder {
  @Override
  public void configure() {
    from("quartz:nightly?cron={{nightly.cron:0+0+2+*+*+?}}")
        .routeId("nightly")
        .routeDescription("Runs a check every night and logs its result")
        .to("kamelet:session-start-action?image=busybox:1&lifetime=600")
        .doTry()
          .to("kamelet:session-exec-action?script=RAW(df -P / && echo checked)&failOnExit=true")
          .log("session=${header.CamelPodSessionId} exit=${body.exitCode}: ${body.stdout}")
        .doCatch(dev.caravanserai.session.FailureException.class)
          .log("session=${header.CamelPodSessionId} ${exception.message}")
        .doFinally()
          .to("kamelet:session-stop-action")
        .end();
  }
}
