package dev.caravanserai.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravanserai.cluster.ByteSource;
import dev.caravanserai.cluster.LastBytes;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A log becomes JSON while it is read, however its pieces are cut. */
class LogJsonTest {
  private static final String TIME = "2026-11-21T09:30:01.123456789Z";

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7, 1_000})
  void each_line_is_an_item_in_pieces_of_any_size(int size) throws Exception {
    assertThat(json("", false, size)).isEqualTo("{'items':[]}");
    assertThat(json("one\n\ntwo \"ü\\\u20ac\ud83d\udc2a\t\r\nthr\ree", false, size))
        .isEqualTo(
            "{'items':[{'text':'one'},{'text':''},{'text':'two \\'ü\\\\€🐪\\t'},{'text':'thr\\ree'}]}");
    assertThat(json("one\n", false, size)).isEqualTo("{'items':[{'text':'one'}]}");
    assertThat(json("x\r", false, size)).isEqualTo("{'items':[{'text':'x'}]}");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7, 1_000})
  void time_at_the_beginning_of_a_line_is_a_field_of_its_own(int size) throws Exception {
    String log =
        "%s two words\n%s \nno time\n%s\n2026-11-21T09:30:00.5Z x"
            .formatted(TIME, TIME, "-".repeat(100));
    assertThat(json(log, true, size))
        .isEqualTo(
            ("{'items':[{'time':'%s','text':'two words'},{'time':'%s','text':''},{'text':'no time'},"
                    + "{'text':'%s'},{'time':'2026-11-21T09:30:00.500Z','text':'x'}]}")
                .formatted(TIME, TIME, "-".repeat(100)));
  }

  @Test
  void json_of_a_followed_log_is_ended_by_a_shutdown_as_the_log_is() {
    assertThat(new LogLines().of(new PushedSource(), false).endless()).isTrue();
    assertThat(new LogLines().of(ByteSource.of(new byte[0]), false).endless()).isFalse();
  }

  /** With apostrophes in place of quotation marks; checked to be JSON. */
  private static String json(String log, boolean timestamps, int size) throws Exception {
    byte[] all = log.getBytes(StandardCharsets.UTF_8);
    int[] from = {0};
    ByteSource pieces =
        () -> {
          int to = Math.min(all.length, from[0] + size);
          var piece =
              from[0] == to
                  ? Optional.<byte[]>empty()
                  : Optional.of(Arrays.copyOfRange(all, from[0], to));
          from[0] = to;
          return CompletableFuture.completedFuture(piece);
        };
    byte[] json =
        LastBytes.of(new LogLines().of(pieces, timestamps), 1 << 20, added -> {})
            .toCompletableFuture()
            .get();
    JsonNode parsed = new ObjectMapper().readTree(json);
    assertThat(parsed.path("items").isArray()).isTrue();
    return new String(json, StandardCharsets.UTF_8).replace('"', '\'');
  }
}
