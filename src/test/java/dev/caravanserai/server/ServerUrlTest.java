package dev.caravanserai.server;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServerUrlTest {
  @ParameterizedTest
  @CsvSource({
    "::1,http://[::1]:8080",
    "127.0.0.1,http://127.0.0.1:8080",
    "localhost,http://localhost:8080"
  })
  void url_of_an_ipv6_address_has_brackets(String address, String url) {
    assertThat(Server.url(address, 8080)).hasToString(url);
  }
}
