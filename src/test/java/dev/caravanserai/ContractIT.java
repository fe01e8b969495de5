package dev.caravanserai;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The contract for external callers, checked from outside. */
@ExtendWith(NothingLeftBehind.class)
class ContractIT {
  @RegisterExtension static final TestServer SERVER = new TestServer();

  @Test
  void external_contract_check_passes() throws Exception {
    // Given
    Path check = Path.of("..", "shared", "contract", "trunk");
    Assumptions.assumeTrue(Files.isExecutable(check), "needs ../shared/contract/trunk");
    File output = File.createTempFile("contract", ".log");
    ProcessBuilder command =
        new ProcessBuilder(check.toAbsolutePath().toString())
            .redirectErrorStream(true)
            .redirectOutput(output);
    command.environment().put("CARAVANSERAI_URL", SERVER.server().url().toString());
    command.environment().put("CARAVANSERAI_API_KEY", TestServer.KEY);

    // When
    Process process = command.start();
    boolean ended = process.waitFor(20, TimeUnit.MINUTES);
    process.destroyForcibly();

    // Then
    assertThat(ended).isTrue();
    assertThat(process.exitValue()).as(Files.readString(output.toPath())).isZero();
  }
}
