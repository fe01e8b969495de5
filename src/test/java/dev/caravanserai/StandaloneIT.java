package dev.caravanserai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravanserai.component.PodComponent;
import dev.caravanserai.server.Server;
import dev.caravanserai.session.ExecResult;
import dev.caravanserai.session.Session;
import dev.caravanserai.session.SessionPage;
import dev.caravanserai.session.State;
import dev.caravanserai.settings.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A Camel application with only the jar uses the component and the Kamelets. */
@Tag("local")
@ExtendWith(NothingLeftBehind.class)
class StandaloneIT {

  /** What runs in a JVM of its own, in an empty folder, with only the jar and its dependencies. */
  public static final class App {
    public static void main(String[] args) throws Exception {
      org.apache.camel.main.Main camel = new org.apache.camel.main.Main();
      camel.addInitialProperty("camel.component.pod.namespace", TestCluster.NAMESPACE);
      camel.addInitialProperty("caravanserai.cluster.name", "inn");
      camel.addInitialProperty("camel.component.kamelet.location", "classpath:kamelets");
      camel.start();
      try {
        var template = camel.getCamelContext().createFluentProducerTemplate();
        var started =
            template
                .to("kamelet:session-start-action?image=busybox:1&lifetime=120")
                .request(dev.caravanserai.session.Session.class);
        ExecResult result =
            camel
                .getCamelContext()
                .createFluentProducerTemplate()
                .to(
                    "kamelet:session-exec-action?sessionId="
                        + started.id()
                        + "&script=RAW(printf standalone)")
                .request(ExecResult.class);
        camel
            .getCamelContext()
            .createFluentProducerTemplate()
            .to("kamelet:session-stop-action?wait=true&sessionId=" + started.id())
            .send();
        boolean ours = camel.getCamelContext().getComponent("pod") instanceof PodComponent;
        System.out.println(
            "RESULT "
                + ours
                + " "
                + (started.state() == State.RUNNING)
                + " "
                + started.cluster()
                + " "
                + result.stdout().text());
      } finally {
        camel.stop();
      }
      System.exit(0);
    }
  }

  @Test
  void application_with_only_the_jar_runs_a_command() throws Exception {
    // Given
    Path empty = Files.createTempDirectory("caravanserai-standalone");
    Path log = empty.resolve("log");
    ProcessBuilder app =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                classPath(),
                App.class.getName())
            .directory(empty.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    app.environment().put("KUBECONFIG", TestCluster.get().kubeconfig().toString());

    // When
    int code = app.start().waitFor();

    // Then
    assertThat(code).as(Files.readString(log)).isZero();
    assertThat(Files.readString(log)).contains("RESULT true true inn standalone");
  }

  @Test
  void restarted_application_knows_the_sessions_of_profile_namespaces() throws Exception {
    // Given
    Path home = Files.createTempDirectory("caravanserai-standalone");
    try (Server before = Server.start(Settings.of(TestServer.settings(home)), List.of())) {
      Api api = new Api(before.url(), TestServer.KEY);
      String id = api.session();
      var camel = new org.apache.camel.main.Main();
      camel.addInitialProperty("camel.component.pod.namespace", TestCluster.OTHER);
      camel.addInitialProperty(
          Settings.PROFILE_FOLDER.key(), TestCluster.profileOfNamespace(home).toString());
      camel.addInitialProperty(
          Settings.CLUSTER_KUBECONFIG.key(), TestCluster.get().kubeconfig().toString());
      camel.start();

      // When
      SessionPage known =
          camel
              .getCamelContext()
              .createProducerTemplate()
              .requestBody("pod:list", null, SessionPage.class);
      camel.stop();

      // Then
      assertThat(known.items()).extracting(Session::id).contains(id);
      api.stopAll();
    }
  }

  /** The jar in place of target/classes, so that what is missing in it shows. */
  private static String classPath() throws IOException {
    Path jar = Path.of(System.getProperty("project.jar"));
    assertThat(jar).exists();
    List<String> entries = new java.util.ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(":")) {
      entries.add(
          entry.endsWith("target/classes")
              ? jar.toString()
              : Path.of(entry).toAbsolutePath().toString());
    }
    return String.join(":", entries);
  }
}
