package dev.caravanserai.component.kamelet;

import org.apache.camel.LineNumberAware;
import org.apache.camel.RuntimeCamelException;

/** A step of a route cannot be made. */
public final class StepException extends RuntimeCamelException {
  private static final long serialVersionUID = 1;

  private final transient LineNumberAware step;

  public StepException(LineNumberAware step, Throwable cause) {
    super(cause.getMessage(), cause);
    this.step = step;
  }

  /** The step, which knows its file and line. */
  public LineNumberAware step() {
    return step;
  }

  /** The file and the line of a step. */
  public static String place(LineNumberAware step) {
    String file = step.getLocation() == null ? "Java" : step.getLocation();
    return step.getLineNumber() < 0 ? file : file + ", line " + step.getLineNumber();
  }
}
