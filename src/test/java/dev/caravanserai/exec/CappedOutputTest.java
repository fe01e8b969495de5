package dev.caravanserai.exec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravanserai.cluster.Shares;
import dev.caravanserai.session.ExecResult;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class CappedOutputTest {
  @Property
  void head_and_tail_are_kept_and_all_bytes_counted(
      @ForAll @IntRange(max = 200) int limit,
      @ForAll @Size(max = 20) List<@Size(max = 60) byte[]> pieces) {
    // Given
    Shares budget = new Shares(1 << 20);
    CappedOutput cap = new CappedOutput(limit, budget, "red");
    ByteArrayOutputStream written = new ByteArrayOutputStream();

    // When
    for (byte[] piece : pieces) {
      cap.write(piece);
      written.writeBytes(piece);
    }

    // Then
    ExecResult.Output output = cap.output();
    assertThat(output.total()).isEqualTo(written.size());
    assertThat(output.bytes()).isEqualTo(expected(written.toByteArray(), limit));
    assertThat(output.truncated()).isEqualTo(written.size() > limit);
    cap.clear();
    assertThat(budget.used()).isZero();
    assertThat(cap.output().total()).isZero();
  }

  @Property
  void less_output_is_kept_beyond_the_budget_and_marked_as_cut(
      @ForAll @IntRange(max = 3000) int memory,
      @ForAll @Size(max = 30) List<@Size(max = 300) byte[]> pieces) {
    // Given
    Shares budget = new Shares(memory);
    CappedOutput cap = new CappedOutput(1 << 20, budget, "red");
    ByteArrayOutputStream written = new ByteArrayOutputStream();

    // When
    for (byte[] piece : pieces) {
      cap.write(piece);
      written.writeBytes(piece);
      assertThat(budget.used()).isBetween(0L, (long) memory);
    }

    // Then
    ExecResult.Output output = cap.output();
    byte[] all = written.toByteArray();
    assertThat(output.total()).isEqualTo(all.length);
    assertThat(output.bytes().length).isLessThanOrEqualTo(Math.max(memory, 0));
    assertThat(output.truncated()).isEqualTo(output.bytes().length < all.length);
    assertThat(headAndTail(all, output.bytes())).isTrue();
  }

  private static boolean headAndTail(byte[] all, byte[] kept) {
    for (int head = 0; head <= kept.length; head++) {
      int tail = kept.length - head;
      if (Arrays.equals(kept, 0, head, all, 0, head)
          && Arrays.equals(kept, head, kept.length, all, all.length - tail, all.length)) {
        return true;
      }
    }
    return false;
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
