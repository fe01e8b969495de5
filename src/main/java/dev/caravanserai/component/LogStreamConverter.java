package dev.caravanserai.component;

import dev.caravanserai.cluster.ByteSource;
import dev.caravanserai.session.FailureCode;
import dev.caravanserai.session.FailureException;
import java.io.InputStream;
import java.util.Set;
import org.apache.camel.Exchange;
import org.apache.camel.support.TypeConverterSupport;

/**
 * Refuses the conversion of a log stream, which may be endless; Camel would make the name of its
 * class of it.
 */
final class LogStreamConverter extends TypeConverterSupport {
  private static final Set<Class<?>> REFUSED =
      Set.of(String.class, byte[].class, InputStream.class);

  @Override
  public <T> T convertTo(Class<T> type, Exchange exchange, Object value) {
    if (value instanceof ByteSource && REFUSED.contains(type)) {
      throw FailureException.of(
          FailureCode.CONFIG_ERROR,
          "The body is a log stream, which can only be the response to an HTTP request: to read"
              + " the end of the log into memory, use session-logs-action.");
    }
    return null;
  }
}
