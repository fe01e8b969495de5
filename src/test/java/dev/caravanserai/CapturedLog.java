package dev.caravanserai;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.LoggerFactory;

/** Log lines of a logger, from all threads, until it is closed. */
public final class CapturedLog extends AppenderBase<ILoggingEvent> implements AutoCloseable {
  private final List<String> lines = new CopyOnWriteArrayList<>();
  private final List<String> traces = new CopyOnWriteArrayList<>();
  private final Logger logger;
  private final Level least;

  public CapturedLog(String name) {
    this(name, Level.ALL);
  }

  /** Only lines of this level and above. */
  CapturedLog(String name, Level least) {
    this.least = least;
    logger = (Logger) LoggerFactory.getLogger(name);
    start();
    logger.addAppender(this);
  }

  @Override
  protected void append(ILoggingEvent event) {
    if (event.getLevel().isGreaterOrEqual(least)) {
      lines.add(event.getFormattedMessage());
      Optional.ofNullable(event.getThrowableProxy())
          .ifPresent(thrown -> traces.add(String.valueOf(thrown.getMessage())));
    }
  }

  public List<String> lines() {
    return List.copyOf(lines);
  }

  /** The messages of the exceptions that were logged with their traces. */
  public List<String> traces() {
    return List.copyOf(traces);
  }

  @Override
  public void close() {
    logger.detachAppender(this);
  }
}
