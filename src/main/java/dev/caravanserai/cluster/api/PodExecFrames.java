package dev.caravanserai.cluster.api;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The frames of {@code v4.channel.k8s.io} and {@code v5.channel.k8s.io}: one byte that names the
 * channel, then the data (KEP-4006).
 */
final class PodExecFrames {
  static final int STDIN = 0;
  static final int STDOUT = 1;
  static final int STDERR = 2;
  static final int STATUS = 3;
  static final int CLOSE = 255;

  /** The most bytes of data in one frame; API servers read frames of up to 32 KiB in one go. */
  static final int MAX_DATA = 32 * 1024 - 1;

  /** What a frame carries. */
  record Frame(int channel, byte[] data) {}

  private PodExecFrames() {}

  /** Cuts data for one channel into frames; none for no data. */
  static List<ByteBuffer> encode(int channel, byte[] data) {
    List<ByteBuffer> frames = new ArrayList<>(data.length / MAX_DATA + 1);
    for (int from = 0; from < data.length; from += MAX_DATA) {
      frames.add(frame(channel, data, from, Math.min(MAX_DATA, data.length - from)));
    }
    return frames;
  }

  /** Says that no more will come on a channel; known to v5 only, v4 servers ignore it. */
  static ByteBuffer close(int channel) {
    return ByteBuffer.wrap(new byte[] {(byte) CLOSE, (byte) channel});
  }

  /** Reads a frame; an empty message belongs to no channel and is given as {@code -1}. */
  static Frame decode(ByteBuffer message) {
    if (!message.hasRemaining()) {
      return new Frame(-1, new byte[0]);
    }
    int channel = message.get() & 0xff;
    byte[] data = new byte[message.remaining()];
    message.get(data);
    return new Frame(channel, data);
  }

  private static ByteBuffer frame(int channel, byte[] data, int from, int length) {
    return ByteBuffer.allocate(length + 1).put((byte) channel).put(data, from, length).flip();
  }
}
