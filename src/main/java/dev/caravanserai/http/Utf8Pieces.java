package dev.caravanserai.http;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * Decodes UTF-8 that arrives in pieces: a character that two of them share belongs to the second.
 * Bytes that are not UTF-8 become U+FFFD.
 */
final class Utf8Pieces {
  private final CharsetDecoder decoder =
      StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPLACE)
          .onUnmappableCharacter(CodingErrorAction.REPLACE);
  private ByteBuffer rest = ByteBuffer.allocate(0);

  /**
   * @param last whether no piece follows
   */
  String decode(byte[] piece, boolean last) {
    ByteBuffer bytes = ByteBuffer.allocate(rest.remaining() + piece.length).put(rest).put(piece);
    bytes.flip();
    CharBuffer text = CharBuffer.allocate(bytes.remaining() + 1);
    decoder.decode(bytes, text, last);
    if (last) {
      decoder.flush(text);
    }
    rest = bytes;
    return text.flip().toString();
  }
}
