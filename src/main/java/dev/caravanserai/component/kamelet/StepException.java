package dev.caravanserai.component.kamelet;

import org.apache.camel.RuntimeCamelException;

/** A step of a route cannot be made. */
public final class StepException extends RuntimeCamelException {
  private static final long serialVersionUID = 1;

  private final String place;

  StepException(String place, Throwable cause) {
    super(cause.getMessage(), cause);
    this.place = place;
  }

  /** The file and the line of the step, as {@code file:routes/mine.camel.yaml:12}. */
  public String place() {
    return place;
  }
}
