package dev.caravanserai.cluster.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravanserai.cluster.WatchStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Which namespaces the cluster does not answer for. */
class ContactTest {
  private record Watch(String namespace, Instant lastContact) implements WatchStatus {
    @Override
    public String kind() {
      return "Pod";
    }

    @Override
    public boolean connected() {
      return false;
    }

    @Override
    public long interruptions() {
      return 0;
    }

    @Override
    public Instant since() {
      return lastContact;
    }

    @Override
    public Optional<String> problem() {
      return Optional.empty();
    }
  }

  @AutoClose("shutdownNow")
  private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1);

  @Test
  void silence_of_one_namespace_does_not_make_another_silent() {
    // When
    Contact contact =
        new Contact(
            "inn",
            List.of(new Watch("refused", Instant.EPOCH), new Watch("quiet", Instant.now())),
            Duration.ofSeconds(30),
            timer);

    // Then
    assertThat(contact.silences()).containsOnlyKeys("refused");
    assertThat(contact.isSilent("refused")).isTrue();
    assertThat(contact.isSilent("quiet")).isFalse();
  }
}
