package dev.caravanserai.exec;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/**
 * The supervisor's line is found however the stream is cut, at a cost that grows with its length.
 */
class MarkedStreamTest {
  private static final String MARK = "0123456789abcdef0123456789abcdef";

  private final StringBuilder command = new StringBuilder();
  private final MarkedStream stream =
      new MarkedStream(
          MARK,
          bytes -> {
            command.append(new String(bytes, StandardCharsets.US_ASCII));
            return CompletableFuture.completedFuture(null);
          });

  @Test
  void line_is_found_in_frames_of_one_byte() {
    // When
    write("noise " + MARK + "\n" + MARK.substring(1) + "\n" + MARK + " 42\nout\n" + MARK + "\n", 1);

    // Then
    assertThat(stream.line()).contains(" 42");
    assertThat(command).hasToString("out\n" + MARK + "\n");
  }

  @Test
  void tiny_frames_before_the_line_cost_no_copy_each() {
    // Given
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    write("x", 1);
    long before = threads.getCurrentThreadAllocatedBytes();

    // When
    write("\n".repeat(60_000), 1);

    // Then
    assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(20_000_000);
    assertThat(command).isEmpty();
  }

  @Test
  void stream_without_the_line_is_passed_on_once_it_is_long() {
    // When
    write("y".repeat(70_000), 1000);

    // Then
    assertThat(stream.line()).isEmpty();
    assertThat(command).hasSize(70_000);
  }

  private void write(String text, int frame) {
    for (int i = 0; i < text.length(); i += frame) {
      String piece = text.substring(i, Math.min(text.length(), i + frame));
      stream.write(piece.getBytes(StandardCharsets.US_ASCII));
    }
  }
}
