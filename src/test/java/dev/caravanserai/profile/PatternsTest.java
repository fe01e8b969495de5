package dev.caravanserai.profile;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class PatternsTest {
  @Test
  void contract_and_profiles_accept_the_same_labels_and_names() throws Exception {
    String contract = Files.readString(Path.of("config/openapi/caravanserai.yaml"));
    for (Pattern pattern :
        new Pattern[] {
          ObjectRules.QUALIFIED,
          ObjectRules.LABEL_VALUE,
          ObjectRules.ENVIRONMENT_NAME,
          ObjectRules.SUBDOMAIN
        }) {
      assertThat(contract).contains("pattern: ^" + pattern.pattern() + "$\n");
    }
  }
}
