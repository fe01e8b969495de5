package dev.caravanserai.exec;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShellTextTest {
  /** What nginx takes of a request line by default (large_client_header_buffers), and some room. */
  private static final int MOST = 8 * 1024 - 1024;

  @ParameterizedTest
  @ValueSource(strings = {"supervise.sh", "kill.sh"})
  void program_fits_into_a_url(String name) {
    // When
    String program = ShellText.load(name).command().get(2);

    // Then
    assertThat(URLEncoder.encode(program, StandardCharsets.UTF_8).replace("+", "%20"))
        .hasSizeLessThan(MOST);
  }
}
