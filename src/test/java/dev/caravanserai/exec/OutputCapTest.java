package dev.caravanserai.exec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravanserai.session.ExecResult;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class OutputCapTest {
  @Property
  void headAndTailAreKeptAndAllIsCounted(
      @ForAll @IntRange(max = 200) int limit,
      @ForAll @Size(max = 20) List<@Size(max = 60) byte[]> pieces) {
    // Given
    OutputCap cap = new OutputCap(limit);
    ByteArrayOutputStream written = new ByteArrayOutputStream();

    // When
    for (byte[] piece : pieces) {
      cap.add(piece);
      written.writeBytes(piece);
    }

    // Then
    ExecResult.Output output = cap.output();
    assertThat(output.total()).isEqualTo(written.size());
    assertThat(output.bytes()).isEqualTo(expected(written.toByteArray(), limit));
    assertThat(output.truncated()).isEqualTo(written.size() > limit);
  }

  private static byte[] expected(byte[] all, int limit) {
    if (all.length <= limit) {
      return all;
    }
    int tail = limit / 2;
    byte[] kept = Arrays.copyOf(all, limit);
    System.arraycopy(all, all.length - tail, kept, limit - tail, tail);
    return kept;
  }
}
