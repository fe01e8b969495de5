package dev.caravanserai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Compares the objects of the namespace before and after a test class: none may be left, also after
 * a failure.
 */
final class NothingLeftBehind implements BeforeAllCallback, AfterAllCallback {
  private static final ExtensionContext.Namespace STORE =
      ExtensionContext.Namespace.create(NothingLeftBehind.class);

  @Override
  public void beforeAll(ExtensionContext context) {
    context.getStore(STORE).put("before", TestCluster.get().objects());
  }

  @Override
  @SuppressWarnings("unchecked")
  public void afterAll(ExtensionContext context) {
    Set<String> before = (Set<String>) context.getStore(STORE).get("before");
    await("nothing is left in the namespace")
        .pollInterval(Duration.ofMillis(500))
        .untilAsserted(
            () -> {
              Set<String> left = new TreeSet<>(TestCluster.get().objects());
              left.removeAll(before);
              assertThat(left).isEmpty();
            });
  }
}
