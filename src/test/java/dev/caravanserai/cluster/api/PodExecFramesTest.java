package dev.caravanserai.cluster.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.List;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class PodExecFramesTest {
  @Property(tries = 200)
  void split_frames_are_joined(
      @ForAll @IntRange(max = 254) int channel, @ForAll @Size(max = 100_000) byte[] data) {
    // When
    List<ByteBuffer> frames = PodExecFrames.encode(channel, data);

    // Then
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    for (ByteBuffer frame : frames) {
      assertThat(frame.remaining()).isBetween(2, 32 * 1024);
      PodExecFrames.Frame read = PodExecFrames.decode(frame);
      assertThat(read.channel()).isEqualTo(channel);
      whole.writeBytes(read.data());
    }
    assertThat(whole.toByteArray()).isEqualTo(data);
  }

  @Property
  void every_message_can_be_read(@ForAll @Size(max = 20) byte[] message) {
    // When
    PodExecFrames.Frame frame = PodExecFrames.decode(ByteBuffer.wrap(message));

    // Then
    assertThat(frame.channel()).isEqualTo(message.length == 0 ? -1 : message[0] & 0xff);
    assertThat(frame.data()).hasSize(Math.max(0, message.length - 1));
  }

  @Example
  void end_of_a_channel_is_the_message_of_v_5() {
    assertThat(PodExecFrames.close(PodExecFrames.STDIN).array()).containsExactly(255, 0);
  }
}
